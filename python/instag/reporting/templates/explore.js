"use strict";

(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const { names, counts, broader, members } = data.tags;
  const { selections, total } = data;
  const shown = data.samples.rows.length;

  const FOUND = 200; // tags in the list
  const PAGE = 10; // samples per page
  const ROWS = 15; // rows per page of a table
  const LONG = 320; // characters of a sample that are shown at first
  const whole = new Intl.NumberFormat("en");
  const decimal = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });
  const percent = (part, all) => (all ? `${((100 * part) / all).toFixed(1)}\u00a0%` : "–");
  const plural = (many, one) => `${whole.format(many)} ${one}${many === 1 ? "" : "s"}`;
  const folded = (text) => text.normalize("NFKC").toLowerCase();

  /* Indexes: the samples of each tag, the tags of each sample, the tags below each tag, and the picks of selections. */

  const starts = offsets(data.samples.lengths);
  const codes = Int32Array.from(data.samples.codes);
  const place = new Map(names.map((name, nth) => [name, nth]));
  const narrower = names.map(() => []);
  (broader ?? []).forEach((above, nth) => above.forEach((each) => narrower[each].push(nth)));
  const here = new Int32Array(names.length);
  for (const code of codes) here[code] += 1;
  const ends = offsets(here);
  const holders = new Int32Array(codes.length);
  {
    const next = ends.slice(0, -1);
    for (let sample = 0; sample < shown; sample += 1)
      for (let at = starts[sample]; at < starts[sample + 1]; at += 1) holders[next[codes[at]]++] = sample;
  }
  for (const selection of selections) {
    selection.held = new Int32Array(names.length);
    selection.tags.forEach((tag, nth) => (selection.held[tag] = selection.counts[nth]));
    selection.pick = new Int32Array(shown).fill(-1);
    selection.places.forEach((sample, nth) => (selection.pick[sample] = nth));
    selection.starts = offsets(selection.lengths);
  }
  const all = { name: "all samples", samples: total, held: counts, pairs: counts.reduce((sum, each) => sum + each, 0) };

  function offsets(lengths) {
    const found = new Int32Array(lengths.length + 1);
    lengths.forEach((length, nth) => (found[nth + 1] = found[nth] + length));
    return found;
  }

  const tagsOf = (sample) => codes.subarray(starts[sample], starts[sample + 1]);
  const holdersOf = (tag) => Array.from(holders.subarray(ends[tag], ends[tag + 1]));

  /* Elements. Values are only ever inserted as text. */

  function element(tag, attributes = {}, ...inner) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
      else if (value === true) made.setAttribute(name, "");
      else if (value !== false && value !== null) made.setAttribute(name, value);
    }
    made.append(...inner.flat().filter((each) => each !== null));
    return made;
  }

  const words = (text) => element("bdi", {}, text);
  const hash = (tag) => `#tag=${encodeURIComponent(names[tag])}`;
  const link = (tag, attributes = {}) => element("a", { href: hash(tag), ...attributes }, words(names[tag]));
  const choice = (label, options, chosen, onchange) =>
    element(
      "label",
      {},
      label,
      element(
        "select",
        { onchange: (event) => onchange(event.target.value) },
        options.map(([value, text]) => element("option", { value, selected: value === chosen }, text)),
      ),
    );

  function chips(tags, { current = null, many = false } = {}) {
    return element(
      "ul",
      { class: "chips" },
      tags.map((tag) => {
        const made = link(tag, { "aria-current": tag === current ? "true" : null });
        if (many) made.append(element("span", {}, ` ${whole.format(counts[tag])}`));
        return element("li", {}, made);
      }),
    );
  }

  function table(title, headings, rows) {
    const name = `title-${title.toLowerCase().replace(/\W+/g, "-")}`;
    const line = (cells, tag) =>
      cells.map((cell, nth) => element(tag, { class: nth ? "count" : null, scope: tag === "th" ? "col" : null }, cell));
    return element(
      "div",
      {},
      element("h3", { id: name }, title),
      element(
        "div",
        { class: "wide", tabindex: "0", role: "region", "aria-labelledby": name },
        element(
          "table",
          { "aria-labelledby": name },
          element("thead", {}, element("tr", {}, line(headings, "th"))),
          element("tbody", {}, rows.map((row) => element("tr", {}, line(row, "td")))),
        ),
      ),
    );
  }

  const bar = (share) => {
    const inner = element("span");
    inner.style.width = `${Math.max(0, Math.min(1, share)) * 100}%`;
    return element("div", { class: "bar", "aria-hidden": "true" }, inner);
  };

  /* A list shown page by page; `draw` makes an element of the things on a page. */

  function pages(things, size, draw, empty) {
    const place = element("span", { role: "status" });
    const previous = element("button", { type: "button", class: "previous", onclick: () => turn(-1) }, "Previous");
    const next = element("button", { type: "button", class: "next", onclick: () => turn(1) }, "Next");
    const buttons = element("div", { class: "pages" }, previous, place, next);
    const body = element("div");
    let first = 0;
    let found = things;

    function show() {
      const last = Math.min(first + size, found.length);
      body.replaceChildren(found.length ? draw(found.slice(first, last)) : element("p", { class: "note" }, empty));
      place.textContent = `${whole.format(first + 1)}–${whole.format(last)} of ${whole.format(found.length)}`;
      previous.disabled = first === 0;
      next.disabled = last >= found.length;
      buttons.hidden = found.length <= size;
    }

    function turn(by) {
      first += by * size;
      show();
      body.scrollIntoView({ block: "nearest" });
    }

    function set(some) {
      found = some;
      first = 0;
      show();
    }

    show();
    return { host: element("div", {}, body, buttons), set };
  }

  /* Samples. */

  function why(selection, sample) {
    const nth = selection.pick[sample];
    if (nth < 0) return null;
    const fresh = selection.new.slice(selection.starts[nth], selection.starts[nth + 1]).filter((code) => code >= 0);
    const round = selection.rounds === null ? "" : `, in round ${whole.format(selection.rounds[nth])}`;
    const gain = selection.gains === null ? "" : `: it added ${decimal.format(selection.gains[nth])}`;
    const first = selection.rounds === null ? "; the first of all with " : ", the first there with ";
    const line = element("p", { class: "why" }, element("b", {}, words(selection.name)));
    line.append(` took it as number ${whole.format(selection.ranks[nth])}${round}${gain}`);
    line.append(fresh.length ? first : "; none of its tags was new there");
    fresh.forEach((code, at) => line.append(at ? ", " : "", link(code)));
    return line;
  }

  function card(sample, tag) {
    const { rows, texts, turns, groups, group } = data.samples;
    const facts = [`row ${whole.format(rows[sample])}`];
    if (groups) facts.push(groups[group[sample]]);
    if (turns && turns[sample] > 1) facts.push(`${whole.format(turns[sample])} turns`);
    const made = element("li", {}, element("p", { class: "where" }, words(facts.join(" · "))));
    if (texts) {
      const text = texts[sample] ?? "";
      const said = element("p", { class: "said" }, words(text));
      made.append(said);
      if (text.length > LONG) {
        said.classList.add("cut");
        const more = element("button", { type: "button", class: "more", "aria-expanded": "false" }, "Show all");
        more.addEventListener("click", () => {
          const cut = said.classList.toggle("cut");
          more.textContent = cut ? "Show all" : "Show less";
          more.setAttribute("aria-expanded", String(!cut));
        });
        made.append(more);
      }
    }
    made.append(chips([...tagsOf(sample)], { current: tag }));
    made.append(...selections.map((selection) => why(selection, sample)).filter((each) => each !== null));
    return made;
  }

  const list = (samples, tag) => element("ul", { class: "samples" }, samples.map((sample) => card(sample, tag)));

  function filters() {
    const taken = (nth) => (sample) => selections[nth].pick[sample] >= 0;
    const found = [["all", "all", () => true]];
    selections.forEach((selection, nth) => found.push([`in${nth}`, `taken by ${selection.name}`, taken(nth)]));
    selections.forEach((one, nth) =>
      selections.forEach((other, at) => {
        if (nth === at) return;
        const name = `taken by ${one.name}, not by ${other.name}`;
        found.push([`in${nth}not${at}`, name, (sample) => taken(nth)(sample) && !taken(at)(sample)]);
      }),
    );
    if (selections.length > 1) {
      found.push(["every", "taken by every selection", (sample) => selections.every((_, nth) => taken(nth)(sample))]);
    }
    if (selections.length) {
      found.push(["none", "taken by no selection", (sample) => !selections.some((_, nth) => taken(nth)(sample))]);
    }
    return found;
  }

  function samplesOf(tag) {
    const every = holdersOf(tag);
    const ways = filters();
    const status = element("span", { role: "status" });
    const listed = pages(every, PAGE, (some) => list(some, tag), "No such sample is on this page.");
    let way = ways[0];
    let text = "";

    function find() {
      const wanted = folded(text.trim());
      const said = (sample) => !wanted || folded(data.samples.texts?.[sample] ?? "").includes(wanted);
      const found = every.filter((sample) => way[2](sample) && said(sample));
      status.textContent = plural(found.length, "sample");
      listed.set(found);
    }

    const tools = element("div", { class: "choice" });
    if (ways.length > 1) {
      tools.append(
        choice("Show", ways, "all", (value) => {
          way = ways.find(([name]) => name === value);
          find();
        }),
      );
    }
    if (data.samples.texts) {
      const input = element("input", { type: "search", "aria-label": "Search in these samples", placeholder: "Search in these samples" });
      input.addEventListener("input", () => {
        text = input.value;
        find();
      });
      tools.append(input);
    }
    tools.append(status);
    find();
    return element("section", { class: "holders" }, element("h3", {}, "Samples"), tools, listed.host);
  }

  /* A tag. */

  function pathTo(tag) {
    const path = [tag];
    while (broader[path[0]].length && !path.includes(broader[path[0]][0])) path.unshift(broader[path[0]][0]);
    return path;
  }

  function treeOf(tag) {
    const made = [];
    if (!broader) return made;
    const below = [...narrower[tag]].sort((one, other) => counts[other] - counts[one]);
    const beside = broader[tag].slice(1);
    if (below.length) made.push(element("h3", {}, `Below it: ${plural(below.length, "tag")}`), chips(below, { many: true }));
    if (beside.length) made.push(element("h3", {}, "Also below"), chips(beside, { many: true }));
    return made;
  }

  function companions(tag) {
    const together = new Int32Array(names.length);
    for (const sample of holdersOf(tag)) for (const code of tagsOf(sample)) together[code] += 1;
    const found = [];
    for (let code = 0; code < together.length; code += 1)
      if (together[code] && code !== tag) found.push({ code, together: together[code], times: (together[code] * shown) / here[tag] / here[code] });
    return found;
  }

  function withWhat(tag) {
    const found = companions(tag);
    const often = (one, other) => other.together - one.together || other.times - one.times;
    const typical = (one, other) => other.times - one.times || other.together - one.together;
    const drawn = (some) =>
      table(
        "Occurs with",
        ["tag", "together", "of its samples", "against chance", ""],
        some.map(({ code, together, times }) => [
          link(code),
          whole.format(together),
          percent(together, here[tag]),
          `${decimal.format(times)}\u00a0×`,
          bar(together / here[tag]),
        ]),
      );
    const listed = pages(found.sort(often), ROWS, drawn, "It occurs with no other tag.");
    const order = choice("Order", [["often", "most often"], ["typical", "most typical"]], "often", (value) =>
      listed.set([...found].filter((each) => value === "often" || each.together > 1).sort(value === "often" ? often : typical)),
    );
    return element("section", { class: "companions" }, listed.host, found.length > 1 ? element("div", { class: "choice" }, order) : null);
  }

  function howOften(tag) {
    const rows = [all, ...selections].map((set) => [
      words(set.name),
      whole.format(set.held[tag] ?? 0),
      percent(set.held[tag] ?? 0, set.samples),
      set === all ? "" : `${decimal.format((set.held[tag] / set.samples / (counts[tag] / total)) || 0)}\u00a0×`,
    ]);
    const made = [table("How often", ["", "samples", "share", selections.length ? "against all" : ""], rows)];
    const { groups, group } = data.samples;
    if (groups) {
      const own = new Map();
      const every = new Map();
      group.forEach((each) => every.set(each, (every.get(each) ?? 0) + 1));
      holdersOf(tag).forEach((sample) => own.set(group[sample], (own.get(group[sample]) ?? 0) + 1));
      const most = [...own].sort((one, other) => other[1] - one[1]);
      const drawn = (some) =>
        table(
          shown < total ? "Where, in the samples here" : "Where",
          ["", "samples", "share of the group"],
          some.map(([each, many]) => [words(groups[each]), whole.format(many), percent(many, every.get(each))]),
        );
      made.push(pages(most, PAGE, drawn, "In none of the samples here.").host);
    }
    return element("div", { class: "pair" }, made);
  }

  function tagView(tag) {
    const made = [];
    const path = broader ? pathTo(tag) : [tag];
    if (path.length > 1) {
      const steps = path.map((each, nth) => element("li", {}, nth < path.length - 1 ? link(each) : words(names[each])));
      made.push(element("nav", { class: "path", "aria-label": "Place in the tree" }, element("ol", {}, steps)));
    }
    made.push(element("h2", { tabindex: "-1" }, words(names[tag])));
    const rank = counts.filter((each) => each > counts[tag]).length + 1;
    const often = counts[tag]
      ? `In ${plural(counts[tag], "sample")} of ${whole.format(total)}, ${percent(counts[tag], total)}: number ${whole.format(rank)} of ${plural(names.length, "tag")} by frequency.`
      : "No sample has it; it is above other tags.";
    const root = broader && !broader[tag].length ? " No tag is broader." : "";
    made.push(element("p", { class: "lead" }, often + root));
    const raw = members?.[tag] ?? [];
    if (raw.length) {
      const inner = raw.flatMap((each, nth) => [nth ? ", " : "", words(each)]);
      made.push(element("details", {}, element("summary", {}, `Made of ${plural(raw.length, "other raw tag")}`), element("p", {}, inner)));
    }
    made.push(...treeOf(tag), howOften(tag), withWhat(tag), samplesOf(tag));
    return made;
  }

  /* Two selections, or one and all samples, side by side. */

  function compareView(left, right) {
    const sets = [all, ...selections];
    const [one, other] = [sets[left], sets[right]];
    const options = sets.map((set, nth) => [String(nth), set.name]);
    const go = (nth, at) => (location.hash = `#compare=${nth},${at}`);
    const made = [element("h2", { tabindex: "-1" }, "Selections side by side")];
    made.push(
      element(
        "div",
        { class: "choice" },
        choice("Left", options, String(left), (value) => go(value, right)),
        choice("Right", options, String(right), (value) => go(left, value)),
      ),
    );
    const distinct = (set) => set.held.reduce((sum, each) => sum + (each > 0), 0);
    const rows = [
      ["samples", ...[one, other].map((set) => whole.format(set.samples))],
      ["tags a sample", ...[one, other].map((set) => (set.samples ? (set.pairs / set.samples).toFixed(2) : "–"))],
      ["distinct tags", ...[one, other].map((set) => whole.format(distinct(set)))],
      ["coverage of all tags", ...[one, other].map((set) => percent(distinct(set), distinct(all)))],
    ];
    const both = one.pick && other.pick ? one.places.filter((sample) => other.pick[sample] >= 0).length : null;
    if (both !== null) rows.push(["taken by both", whole.format(both), whole.format(both)]);
    const heads = ["", words(one.name), words(other.name)];
    made.push(table("In numbers", heads, rows));

    const share = (set, tag) => (set.samples ? (set.held[tag] ?? 0) / set.samples : 0);
    const gap = (tag) => share(one, tag) - share(other, tag);
    const tags = names.map((_, tag) => tag).filter((tag) => one.held[tag] || other.held[tag]);
    const ways = {
      differ: [...tags].sort((a, b) => Math.abs(gap(b)) - Math.abs(gap(a)) || a - b),
      left: tags.filter((tag) => !other.held[tag]),
      right: tags.filter((tag) => !one.held[tag]),
    };
    const drawn = (some) =>
      table(
        "Tags",
        ["tag", words(one.name), "", words(other.name), "", "difference in points"],
        some.map((tag) => [
          link(tag),
          whole.format(one.held[tag] ?? 0),
          percent(one.held[tag] ?? 0, one.samples),
          whole.format(other.held[tag] ?? 0),
          percent(other.held[tag] ?? 0, other.samples),
          `${gap(tag) < 0 ? "−" : "+"}${(Math.abs(gap(tag)) * 100).toFixed(1)}`,
        ]),
      );
    const listed = pages(ways.differ, ROWS, drawn, "There is no such tag.");
    const which = [
      ["differ", "that differ most"],
      ["left", `only in ${one.name} (${whole.format(ways.left.length)})`],
      ["right", `only in ${other.name} (${whole.format(ways.right.length)})`],
    ];
    made.push(
      element(
        "section",
        { class: "differences" },
        listed.host,
        element("div", { class: "choice" }, choice("Show the tags", which, "differ", (value) => listed.set(ways[value]))),
      ),
    );

    const only = (set, rest) => {
      if (!set.pick) return null;
      const samples = set.places.filter((sample) => !rest.pick || rest.pick[sample] < 0);
      const title = rest.pick ? `Only ${set.name} took` : `${set.name} took`;
      const listed = pages(samples, PAGE, (some) => list(some, null), "None of them is on this page.");
      return element("section", { class: "only" }, element("h3", {}, words(`${title}: ${plural(samples.length, "sample")}`)), listed.host);
    };
    made.push(element("div", { class: "pair" }, only(one, other), only(other, one)));
    return made;
  }

  /* Navigation: the address says what is shown, so that the Back button works. */

  const view = document.getElementById("view");

  function wanted() {
    const [what, value = ""] = location.hash.slice(1).split(/=(.*)/s);
    if (what === "compare" && selections.length) {
      const at = value.split(",").map(Number);
      const fits = at.length === 2 && at.every((nth) => Number.isInteger(nth) && nth >= 0 && nth <= selections.length);
      return compareView(...(fits ? at : selections.length > 1 ? [1, 2] : [0, 1]));
    }
    if (what === "tag") {
      let name = null;
      try {
        name = decodeURIComponent(value);
      } catch {
        name = value; // not valid text, so no tag has this name
      }
      if (place.has(name)) return tagView(place.get(name));
      return [element("h2", { tabindex: "-1" }, "No such tag"), element("p", { class: "lead" }, "This page has no tag ", words(name), ".")];
    }
    return names.length ? tagView(0) : [element("p", { class: "lead" }, "No sample has a tag.")];
  }

  function show(event) {
    view.replaceChildren(...wanted());
    if (event) {
      const title = view.querySelector("h2");
      title?.focus({ preventScroll: true });
      title?.scrollIntoView({ block: "nearest" });
    }
    document.documentElement.dataset.drawn = location.hash || "#";
  }

  /* The list of tags whose names or raw names contain the search text. */

  const input = document.getElementById("search");
  const found = document.getElementById("found");
  const status = document.getElementById("status");
  const order = names.map((_, nth) => nth).filter((nth) => counts[nth] > 0 || narrower[nth].length);
  const plain = names.map(folded);
  const raws = (members ?? names.map(() => [])).map((raw) => raw.map(folded));
  let active = -1;
  let options = [];

  function score(tag, text) {
    const name = plain[tag];
    if (name === text) return 0;
    if (name.startsWith(text)) return 1;
    if (name.includes(` ${text}`)) return 2;
    if (name.includes(text)) return 3;
    return raws[tag].some((raw) => raw.includes(text)) ? 4 : -1;
  }

  function find() {
    const text = folded(input.value.trim());
    const scored = text ? order.map((tag) => [score(tag, text), tag]).filter(([each]) => each >= 0) : order.map((tag) => [0, tag]);
    scored.sort((one, other) => one[0] - other[0] || one[1] - other[1]);
    options = scored.slice(0, FOUND).map(([, tag]) => tag);
    found.replaceChildren(
      ...scored.slice(0, FOUND).map(([how, tag], nth) => {
        const raw = how === 4 ? members[tag][raws[tag].findIndex((each) => each.includes(text))] : null;
        const name = element("span", {}, words(names[tag]), raw === null ? null : element("span", { class: "raw" }, "from ", words(raw)));
        const made = element("li", { id: `found-${nth}`, role: "option", "aria-selected": "false" }, name);
        made.append(element("span", { class: "many" }, whole.format(counts[tag])));
        made.addEventListener("click", () => open(tag));
        return made;
      }),
    );
    const many = plural(scored.length, "tag");
    status.textContent = scored.length > FOUND ? `${many}; the first ${FOUND} are listed` : many;
    choose(text && options.length ? 0 : -1);
  }

  function choose(nth) {
    found.children[active]?.setAttribute("aria-selected", "false");
    active = nth;
    const chosen = found.children[nth];
    if (chosen) {
      chosen.setAttribute("aria-selected", "true");
      chosen.scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", chosen.id);
    } else input.removeAttribute("aria-activedescendant");
  }

  function open(tag) {
    if (location.hash === hash(tag)) show(true);
    else location.hash = hash(tag);
  }

  input.addEventListener("input", find);
  input.addEventListener("keydown", (event) => {
    const last = options.length - 1;
    const moves = { ArrowDown: Math.min(active + 1, last), ArrowUp: Math.max(active - 1, 0), PageDown: Math.min(active + 10, last), PageUp: Math.max(active - 10, 0) };
    if (event.key in moves && last >= 0) choose(moves[event.key]);
    else if (event.key === "Enter" && options.length) open(options[Math.max(active, 0)]);
    else if (event.key === "Escape" && input.value) {
      input.value = "";
      find();
    } else return;
    event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, select, textarea");
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    input.focus();
    input.select();
  });
  addEventListener("hashchange", show);
  find();
  show(null);
})();
