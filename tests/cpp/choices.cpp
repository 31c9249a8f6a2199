// The choices and statuses of the C++ header have the numbers of their constants in the C header.
#include <cstdint>

#include "check.hpp"
#include "sinkhorn.hpp"

using namespace sinkhorn;

#define SAME(choice, constant) CHECK(static_cast<std::int32_t>(choice) == SINKHORN_##constant)

int main() {
  SAME(Status::ok, OK);
  SAME(Status::converged, CONVERGED);
  SAME(Status::sweep_limit, SWEEP_LIMIT);
  SAME(Status::precision_floor, PRECISION_FLOOR);
  SAME(Status::stopped, STOPPED);
  SAME(Status::running, RUNNING);
  SAME(Status::iteration_limit, ITERATION_LIMIT);
  SAME(Status::empty, ERROR_EMPTY);
  SAME(Status::not_finite, ERROR_NOT_FINITE);
  SAME(Status::negative, ERROR_NEGATIVE);
  SAME(Status::not_positive, ERROR_NOT_POSITIVE);
  SAME(Status::out_of_range, ERROR_OUT_OF_RANGE);
  SAME(Status::length, ERROR_LENGTH);
  SAME(Status::ragged, ERROR_RAGGED);
  SAME(Status::no_mass, ERROR_NO_MASS);
  SAME(Status::unequal_mass, ERROR_UNEQUAL_MASS);
  SAME(Status::overflow, ERROR_OVERFLOW);
  SAME(Status::workspace, ERROR_WORKSPACE);
  SAME(Status::too_large, ERROR_TOO_LARGE);
  SAME(Status::unsupported, ERROR_UNSUPPORTED);
  SAME(Status::null_pointer, ERROR_NULL_POINTER);
  SAME(Status::struct_size, ERROR_STRUCT_SIZE);
  SAME(Status::misaligned, ERROR_MISALIGNED);
  SAME(Status::aliasing, ERROR_ALIASING);
  SAME(Status::internal, ERROR_INTERNAL);
  SAME(Status::handle, ERROR_HANDLE);
  SAME(Status::below_resolution, ERROR_BELOW_RESOLUTION);
  SAME(Status::infeasible, ERROR_INFEASIBLE);
  CHECK(Status::exception < Status::infeasible && Status::no_memory < Status::infeasible);

  SAME(Cost::squared_euclidean, COST_SQUARED_EUCLIDEAN);
  SAME(Cost::euclidean, COST_EUCLIDEAN);
  SAME(Cost::manhattan, COST_MANHATTAN);
  SAME(Cost::cosine, COST_COSINE);
  SAME(Scale::one, SCALE_ONE);
  SAME(Scale::mean, SCALE_MEAN);
  SAME(Scale::standard_deviation, SCALE_STD);
  SAME(Scale::max, SCALE_MAX);
  SAME(Order::row_major, ORDER_ROW_MAJOR);
  SAME(Order::column_major, ORDER_COLUMN_MAJOR);
  SAME(Wrote::f, WROTE_F);
  SAME(Wrote::g, WROTE_G);
  SAME(Wrote::both, WROTE_BOTH);
  SAME(Acceleration::automatic, ACCELERATION_DEFAULT);
  SAME(Acceleration::plain, ACCELERATION_PLAIN);
  SAME(Acceleration::relaxation, ACCELERATION_RELAXATION);
  SAME(Acceleration::adaptive_relaxation, ACCELERATION_ADAPTIVE_RELAXATION);
  SAME(Acceleration::anderson, ACCELERATION_ANDERSON);
  SAME(Storage::stream, STORAGE_STREAM);
  SAME(Storage::cost, STORAGE_COST);
  SAME(Storage::kernel, STORAGE_KERNEL);
  SAME(Storage::automatic, STORAGE_AUTO);
  SAME(Skipping::automatic, SKIPPING_AUTO);
  SAME(Skipping::off, SKIPPING_OFF);
  SAME(Skipping::on, SKIPPING_ON);
  SAME(Simd::best, SIMD_BEST);
  SAME(Simd::portable, SIMD_PORTABLE);
  SAME(Simd::neon, SIMD_NEON);
  SAME(Simd::avx2, SIMD_AVX2);
  SAME(Simd::avx512, SIMD_AVX512);
  SAME(Simd::sse42, SIMD_SSE42);
  SAME(Simd::wasm, SIMD_WASM);
  SAME(Term::between, TERM_BETWEEN);
  SAME(Term::within_x, TERM_WITHIN_X);
  SAME(Term::within_y, TERM_WITHIN_Y);
  SAME(SoftStart::monotone, SOFT_START_MONOTONE);
  SAME(SoftStart::zero, SOFT_START_ZERO);
  SAME(QuantileConvention::hazen, QUANTILE_HAZEN);
  SAME(QuantileConvention::linear, QUANTILE_LINEAR);
  return checked();
}
