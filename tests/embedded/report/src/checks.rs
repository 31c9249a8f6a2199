/// Counts what holds and what does not, and says so as it goes.
#[derive(Default)]
pub struct Checks {
    pub passed: usize,
    pub failed: usize,
}

impl Checks {
    /// Counts a result and passes on what it holds.
    pub fn take<T>(&mut self, name: &str, result: Result<T, String>) -> Option<T> {
        match result {
            Ok(value) => {
                self.pass(name);
                Some(value)
            }
            Err(why) => {
                self.fail(name, &why);
                None
            }
        }
    }

    /// Counts whether a number keeps a limit.
    pub fn at_most(&mut self, name: &str, number: u64, limit: u64) {
        if number <= limit {
            self.pass(&format!("{name}: {number}, at most {limit}"));
        } else {
            self.fail(name, &format!("{number} is more than {limit}"));
        }
    }

    /// Counts what does not hold.
    pub fn fail(&mut self, name: &str, why: &str) {
        self.failed += 1;
        println!("FAILED  {name}: {why}");
    }

    fn pass(&mut self, name: &str) {
        self.passed += 1;
        println!("ok      {name}");
    }
}
