/* The jobs of ../jobs through the C interface: the same data, the same names, the same bits. */
#ifndef JOBS_H
#define JOBS_H

#include <stddef.h>
#include <stdint.h>

#include "sinkhorn.h"

/* 0 where the job went well. */
typedef int job(void);
job job_solve, job_in_place, job_window, job_ranks, job_bad_input, job_stack;

enum { MOST = 32 /* points a side */ };

/* Memory that jobs share, one after the other. */
#define SOLVE_LEN (SINKHORN_WORKSPACE_LEN(float, MOST, MOST, 2, 0) + SINKHORN_KERNEL_LEN(MOST, MOST))
#define SOFT_LEN SINKHORN_SOFT_LEN(float, MOST, MOST, 0)
#ifdef WITHOUT_RANKS /* where RAM is scarce */
enum { MEMORY_LEN = SOLVE_LEN };
#else
enum { MEMORY_LEN = SOLVE_LEN > SOFT_LEN ? SOLVE_LEN : SOFT_LEN };
#endif
extern float memory[MEMORY_LEN];

/* Two point sets: the first n d scalars are n points of dimension d. */
extern float pair_x[2 * MOST], pair_y[2 * MOST];

/* A linear congruential generator: 0 to 2^24 - 1. */
uint32_t random_next(uint32_t *state);

/* corner + width u for uniform u. */
void random_uniform(uint32_t seed, float width, float corner, float *values, size_t count);

/* FNV-1a over the bits of values. */
enum { HASH_OF_NOTHING = 0x811c9dc5 };
uint32_t hash_add(uint32_t hash, const float *values, size_t count);

/* Prints why a job failed; 1. */
int job_failed(const sinkhorn_error *error);

#endif
