/*
 * Many small problems of any sizes in one call, cold and warm, with a bad one among them.
 *
 *   cc -std=c99 -O2 batch.c $(pkg-config --cflags --libs sinkhorn) -o batch
 *   ./batch data                      (the folder with digits.csv: "data" unless given)
 *
 * Problem k is between the images k and k + 1 of handwritten digits: their points are the pixels with ink, some 20 to
 * 50 in the plane, and their weights are the ink. After a first batch all points of the first sides are turned by
 * three degrees, as in a loop of registration, and the batch is solved again: cold, from the automatic start, and
 * warm, from the potentials of the first batch. In the first, a point of
 * image 100 is NaN: the reports of the two problems that it is in tell so, and the others are solved.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "sinkhorn.h"

enum { SIDE = 8, BINS = SIDE * SIDE, PROBLEMS = 200, BAD = 100, IMAGES = PROBLEMS + 1, THREADS = 2 };

typedef struct {
  float points[BINS][2];
  float weights[BINS]; /* adds up to 1 */
  size_t count;
} Cloud;

/* Reads clouds of inked pixels, one image a line. Returns 0 and says why if it cannot. */
static int read_clouds(const char *folder, Cloud *clouds) {
  char path[1024];
  FILE *file;
  int i, k, pixel, label, good = 1;
  if (snprintf(path, sizeof path, "%s/digits.csv", folder) >= (int)sizeof path || !(file = fopen(path, "r"))) {
    fprintf(stderr, "cannot open %s/digits.csv\n", folder);
    return 0;
  }
  for (i = 0; i < IMAGES && good; i++) {
    Cloud *cloud = &clouds[i];
    float sum = 0;
    for (k = 0; k < BINS && good; k++) {
      good = fscanf(file, "%d,", &pixel) == 1 && pixel >= 0 && pixel <= 16;
      if (!good || pixel == 0) continue;
      cloud->points[cloud->count][0] = (float)(k % SIDE);
      cloud->points[cloud->count][1] = (float)(k / SIDE);
      cloud->weights[cloud->count++] = (float)pixel;
      sum += (float)pixel;
    }
    good = good && sum > 0 && fscanf(file, "%d", &label) == 1;
    for (k = 0; k < (int)cloud->count; k++) cloud->weights[k] /= sum;
    if (!good) fprintf(stderr, "%s: line %d is not 64 pixels from 0 to 16, some with ink, and a digit\n", path, i + 1);
  }
  fclose(file);
  return good;
}

/* Turns a cloud about the middle of its image. */
static void turn(Cloud *cloud, float degrees) {
  const float middle = (SIDE - 1) / 2.0f, angle = degrees * 3.14159265f / 180, c = cosf(angle), s = sinf(angle);
  size_t k;
  for (k = 0; k < cloud->count; k++) {
    const float right = cloud->points[k][0] - middle, down = cloud->points[k][1] - middle;
    cloud->points[k][0] = middle + c * right - s * down;
    cloud->points[k][1] = middle + s * right + c * down;
  }
}

/* Solves all problems, prints a line, and those that could not be solved. Returns 0 if the call as a whole was bad. */
static int solve(const char *kind, const sinkhorn_problem_f32 *problems, const sinkhorn_settings_f32 *settings,
                 float *workspace, size_t len, float *f, float *g) {
  static sinkhorn_report_f32 reports[PROBLEMS];
  static sinkhorn_error errors[PROBLEMS];
  sinkhorn_error error;
  const clock_t begin = clock(); /* of all threads together */
  double seconds, cost = 0;
  int k, solved = 0, sweeps = 0;

  reports[0].struct_size = sizeof *reports;
  if (sinkhorn_solve_batch_f32(problems, PROBLEMS, settings, workspace, len, f, g, reports, errors, &error) < 0) {
    fprintf(stderr, "%s: %s\n", kind, error.message);
    return 0;
  }
  seconds = (double)(clock() - begin) / CLOCKS_PER_SEC;
  for (k = 0; k < PROBLEMS; k++) {
    if (reports[k].status < 0) {
      printf("%-24s problem %d: %s\n", kind, k, errors[k].message);
      continue;
    }
    solved += reports[k].status == SINKHORN_CONVERGED;
    sweeps += (int)reports[k].sweeps;
    cost += (double)reports[k].transport_cost;
  }
  printf("%-24s %d converged, mean cost %.3f, %5d sweeps, %.0f solves a second of a core\n", kind, solved,
         cost / solved, sweeps, seconds > 0 ? PROBLEMS / seconds : 0);
  return 1;
}

int main(int argc, char **argv) {
  static Cloud clouds[IMAGES], turned[IMAGES];
  static sinkhorn_problem_f32 problems[PROBLEMS];
  sinkhorn_settings_f32 settings = {
      .struct_size = sizeof settings, .start = sinkhorn_start_auto_f32, .threshold = 1e-4f, .threads = THREADS};
  sinkhorn_error error;
  size_t len, points = 0;
  float *memory, *f, *g;
  int k, good;

  if (!read_clouds(argc > 1 ? argv[1] : "data", clouds)) return 1;
  for (k = 0; k < PROBLEMS; k++) {
    const sinkhorn_problem_f32 problem = {.struct_size = sizeof problem,
                                          .n = clouds[k].count, .m = clouds[k + 1].count, .dimension = 2,
                                          .x = clouds[k].points[0], .y = clouds[k + 1].points[0],
                                          .a = clouds[k].weights, .b = clouds[k + 1].weights,
                                          .epsilon = 0.1f, .epsilon_kind = SINKHORN_EPSILON_ABSOLUTE};
    problems[k] = problem;
  }
  for (k = 0; k < IMAGES; k++) {
    turned[k] = clouds[k];
    turn(&turned[k], 3);
    points += clouds[k].count;
  }

  /* One allocation: the workspace, and the potentials of all problems, which are to be kept. */
  if (sinkhorn_batch_len_f32(problems, PROBLEMS, &settings, &len, &error) < 0) {
    fprintf(stderr, "%s\n", error.message);
    return 1;
  }
  if (!(memory = calloc(len + 2 * points, sizeof *memory))) {
    fprintf(stderr, "no memory\n");
    return 1;
  }
  f = memory + len;
  g = f + points; /* of a problem that was not solved they stay zero, from which another solve may begin */

  clouds[BAD].points[3][1] = NAN; /* point 3 of x in problem 100, and of y in problem 99 */
  good = solve("first", problems, &settings, memory, len, f, g);
  for (k = 0; k < PROBLEMS; k++) problems[k].x = turned[k].points[0];
  problems[BAD - 1].y = turned[BAD].points[0];
  good = good && solve("turned, cold", problems, &settings, memory, len, NULL, NULL);
  settings.start = NULL;
  good = good && solve("turned, from zero", problems, &settings, memory, len, NULL, NULL);
  settings.start_f = f;
  settings.start_g = g;
  good = good && solve("turned, warm", problems, &settings, memory, len, NULL, NULL);
  free(memory);
  return good ? 0 : 1;
}
