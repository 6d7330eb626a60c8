//! Tag sets like those of real collections: Zipf's law over the tags, 4.5 tags a sample with a long tail.

/// Compressed sparse rows.
pub struct Synthetic {
    pub offsets: Vec<i64>,
    pub codes: Vec<u32>,
    pub n_tags: usize,
}

pub fn synthetic(n_rows: usize, n_tags: usize, mean: f64, seed: u64) -> Synthetic {
    let mut random = SplitMix(seed);
    let cumulative: Vec<f64> = (1..=n_tags)
        .scan(0.0, |total, rank| {
            *total += 1.0 / rank as f64;
            Some(*total)
        })
        .collect();
    let total = cumulative[n_tags - 1];
    let mut offsets = vec![0];
    let mut codes: Vec<u32> = Vec::new();
    for _ in 0..n_rows {
        // Geometric from 1: many short tag sets and a few long ones.
        let count = 1 + ((1.0 - random.unit()).ln() / (1.0 - 1.0 / mean).ln()) as usize;
        let start = codes.len();
        while codes.len() < start + count.min(n_tags) {
            let drawn = random.unit() * total;
            let tag = cumulative.partition_point(|&weight| weight < drawn) as u32;
            if !codes[start..].contains(&tag) {
                codes.push(tag);
            }
        }
        offsets.push(codes.len() as i64);
    }
    Synthetic { offsets, codes, n_tags }
}

struct SplitMix(u64);

impl SplitMix {
    /// Uniform in [0, 1).
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }
}
