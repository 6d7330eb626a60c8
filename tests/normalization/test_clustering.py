"""Groups with a centre, from accepted pairs."""

from collections import defaultdict
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instag.normalization.matching.clustering import chained, star

Pairs = dict[tuple[int, int], float]

pairs = st.dictionaries(
    st.tuples(st.integers(0, 8), st.integers(0, 8)).filter(lambda pair: pair[0] < pair[1]),
    st.sampled_from([0.01, 0.02, 0.03]),
    max_size=20,
)


def edges(pairs: Pairs) -> Any:
    both: dict[int, dict[int, float]] = defaultdict(dict)
    for (one, other), distance in pairs.items():
        both[one][other] = both[other][one] = distance
    return both


def test_the_nearest_centre_is_joined_and_then_the_first() -> None:
    assert star([0, 1, 2], edges({(0, 2): 0.03, (1, 2): 0.01})) == {2: (1, 1)}
    assert star([0, 1, 2], edges({(0, 2): 0.01, (1, 2): 0.01})) == {2: (0, 0)}
    assert star([1, 0, 2], edges({(0, 2): 0.01, (1, 2): 0.01})) == {2: (1, 1)}


@given(pairs, st.permutations(range(9)))
def test_a_star_has_no_chains_and_cannot_go_on(pairs: Pairs, order: list[int]) -> None:
    joined = star(order, edges(pairs))
    for tag, (centre, via) in joined.items():
        assert via == centre
        assert centre not in joined
        assert (min(tag, centre), max(tag, centre)) in pairs
        assert order.index(centre) < order.index(tag)
    left = [tag for tag in order if tag not in joined]
    rest = {pair: distance for pair, distance in pairs.items() if {*pair} <= {*left}}
    assert not rest


@given(pairs, st.permutations(range(9)))
def test_components_of_pairs(pairs: Pairs, order: list[int]) -> None:
    joined = chained(order, edges(pairs), 2)
    group = {tag: {tag} for tag in order}
    for one, other in pairs:
        together = group[one] | group[other]
        group |= dict.fromkeys(together, together)
    for tag in order:
        first = min(group[tag], key=order.index)
        assert joined.get(tag, (tag, tag))[0] == first


@pytest.mark.parametrize("min_samples", [1, 2])
def test_what_stands_alone_stays_alone(min_samples: int) -> None:
    assert chained([0, 1], edges({}), min_samples) == {}


def test_what_is_not_dense_hangs_on_to_what_is() -> None:
    # 1 has three tags near and is dense, 0, 2 and 3 are not; 4 is near 3 alone.
    chain = edges({(0, 1): 0.01, (1, 2): 0.01, (1, 3): 0.01, (3, 4): 0.01})
    assert chained(range(5), chain, 4) == {1: (0, 0), 2: (0, 1), 3: (0, 1)}


def test_what_is_not_dense_holds_nothing_together() -> None:
    # 0 is near two dense tags, 1 and 4, of groups that nothing else connects.
    two = edges({(0, 1): 0.02, (0, 4): 0.01, (1, 2): 0.01, (1, 3): 0.01, (4, 5): 0.01, (4, 6): 0.01})
    assert chained(range(7), two, 4) == {4: (0, 0), 5: (0, 4), 6: (0, 4), 2: (1, 1), 3: (1, 1)}


def test_the_way_goes_through_what_is_dense() -> None:
    # 2 and 3 are near each other, and neither is dense: they are led to each other by 1.
    near = edges({(0, 1): 0.01, (1, 2): 0.02, (1, 3): 0.02, (2, 3): 0.01})
    assert chained([2, 3, 1, 0], near, 4) == {1: (2, 2), 0: (2, 1), 3: (2, 1)}
