//! How much the n-th holder of a tag is worth.

use crate::error::{Error, Result};

/// Fixed point: gains count in parts of 2^32.
pub(crate) const UNIT: f64 = 4_294_967_296.0;

/// Entries of a table: 128 MiB of them.
pub(super) const MOST: usize = 1 << 24;

/// The curve φ of an objective: concave, not falling, and 0 at 0.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Curve {
    /// x^a, with a in (0, 1].
    Power(f64),
    /// ln(1 + x).
    Log,
    /// min(x, 1) + λx, with λ ≥ 0: coverage, and what is over by complexity.
    Capped(f64),
}

impl Curve {
    fn at(self, x: f64) -> f64 {
        // `powf` of the standard library rounds differently on different machines. A square root is exact everywhere.
        match self {
            Self::Power(1.0) => x,
            Self::Power(0.5) => x.sqrt(),
            Self::Power(a) => libm::pow(x, a),
            Self::Log => libm::log1p(x),
            Self::Capped(slope) => x.min(1.0) + slope * x,
        }
    }

    /// φ((n + 1) / p) − φ(n / p) for n below `len`, in parts of [`UNIT`], p being the number of parts of a whole. They
    /// never rise and are never 0, whatever the rounding.
    pub(crate) fn increments(self, len: usize, parts: u32) -> Result<Vec<u64>> {
        let malformed =
            |what: &str, found: f64| Err(Error::Malformed(format!("curve: expected {what}; found {found}")));
        match self {
            Self::Power(a) if !(a > 0.0 && a <= 1.0) => return malformed("an exponent above 0 and at most 1", a),
            Self::Capped(slope) if !(0.0..=1.0).contains(&slope) => return malformed("a slope from 0 to 1", slope),
            _ => {}
        }
        if len > MOST {
            return Err(Error::TooMany(format!(
                "curve: a tag would count {len} times; at most {MOST} are possible: scale the quality down"
            )));
        }
        let fixed = |n: usize| (self.at(n as f64 / f64::from(parts)) * UNIT).round() as u64;
        let (mut before, mut least) = (0, u64::MAX);
        let steps = (1..=len).map(|n| {
            let after = fixed(n);
            least = least.min(after.saturating_sub(before)).max(1);
            before = after;
            least
        });
        Ok(steps.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_are_concave() {
        for curve in [0.05, 0.3, 0.5, 0.8, 0.99].map(Curve::Power).into_iter().chain([Curve::Log, Curve::Capped(0.01)])
        {
            let steps = curve.increments(100_000, 1).unwrap();
            assert!(steps.is_sorted_by(|one, next| one >= next), "{curve:?}");
            let total: u64 = steps.iter().sum();
            assert!((total as f64 / UNIT / curve.at(100_000.0) - 1.0).abs() < 1e-4, "{curve:?}");
        }
    }

    #[test]
    fn known_values() {
        assert_eq!(Curve::Power(1.0).increments(3, 1).unwrap(), [1 << 32; 3]);
        let root = Curve::Power(0.5).increments(2, 1).unwrap();
        assert_eq!(root, [1 << 32, 1_779_033_704]); // (√2 − 1) · 2^32
    }

    #[test]
    fn says_what_is_no_curve() {
        let said = |curve: Curve, len| curve.increments(len, 1).unwrap_err().to_string();
        assert_eq!(said(Curve::Power(1.5), 1), "curve: expected an exponent above 0 and at most 1; found 1.5");
        assert!(said(Curve::Power(0.0), 1).ends_with("found 0"));
        assert_eq!(said(Curve::Power(f64::NAN), 1), "curve: expected an exponent above 0 and at most 1; found NaN");
        assert_eq!(said(Curve::Capped(-1.0), 1), "curve: expected a slope from 0 to 1; found -1");
        assert!(said(Curve::Log, MOST + 1).contains("scale the quality down"));
    }
}
