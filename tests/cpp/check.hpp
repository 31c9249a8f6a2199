// Checks that count themselves: main ends with `return checked();`.
#ifndef CHECK_HPP
#define CHECK_HPP

#include <cstdio>

inline int checks = 0, failures = 0;

inline void check(bool good, const char* what, const char* file, int line) {
  checks++;
  if (good) return;
  failures++;
  std::fprintf(stderr, "%s:%d: %s\n", file, line, what);
}

inline int checked() {
  std::printf("%d checks, %d failures\n", checks, failures);
  return failures != 0;
}

// Settings with a change.
template <typename S, typename F>
S with(S settings, F change) {
  change(settings);
  return settings;
}

#define CHECK(condition) check(static_cast<bool>(condition), #condition, __FILE__, __LINE__)

#endif
