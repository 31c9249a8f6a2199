#include "sinkhorn.h"

unsigned size_in_b(void);

unsigned size_in_b(void) { return (unsigned)sizeof(sinkhorn_problem_f64); }
