/// FNV-1a over the bits of results: equal hashes stand for equal bits.
pub struct Hash(u32);

impl Hash {
    pub const fn new() -> Self {
        Hash(0x811c_9dc5)
    }

    pub fn add(&mut self, values: &[f32]) {
        for byte in values.iter().flat_map(|value| value.to_bits().to_le_bytes()) {
            self.0 = (self.0 ^ u32::from(byte)).wrapping_mul(0x0100_0193);
        }
    }

    pub const fn value(&self) -> u32 {
        self.0
    }
}
