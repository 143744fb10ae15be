/// Our channel against raw blocking sockets, ZeroMQ and gRPC over loopback, in one run: round trips
/// (a client sends N bytes, the server answers 64) and sustained one-way throughput (many requests,
/// one answer).
///
/// Usage: transport_benchmark [SECONDS=3] [CASE...], seconds for each of the eight tables; with
/// CASE (588KiB, 32x588KiB, ...) only those tables. Client on core 0, each server a process of its
/// own on core 1. Medians jump between levels with what the machine does, so a round runs every
/// competitor once and the ratio is the median over rounds of time / raw sockets' time of the same
/// round. Every server checks length and content of each request.
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string_view>

#include "tests/benchmarks/transport/measurement.h"
#include "tests/benchmarks/transport/server_process.h"

namespace branchline::transport_benchmark {
namespace {

constexpr std::array kCompetitors = {
    &kRawSockets, &kChannel, &kCheckedChannel,
#ifdef BENCHMARK_HAS_ZEROMQ
    &kZeroMq,
#endif
#ifdef BENCHMARK_HAS_GRPC
    &kGrpc,
#endif
};

struct Case {
  const char* name;
  Load load;
};

constexpr Case kCases[] = {
    {"4KiB", {4 << 10}},
    {"64KiB", {64 << 10}},
    {"588KiB", {588 << 10}},
    {"3.1MiB", {3'250'586}},
    {"32MiB", {32 << 20}},
    {"64x64KiB", {64 << 10, 64}},
    {"32x588KiB", {588 << 10, 32}},
    {"16x3.1MiB", {3'250'586, 16}},
};

bool wanted(const char* name, std::span<char* const> names) {
  return names.empty() ||
         std::find(names.begin(), names.end(), std::string_view(name)) != names.end();
}

void print(const Case& wanted_case, const Table& table) {
  std::printf("\n%s, %d rounds\n  %-28s %10s %10s %7s %9s %11s\n", wanted_case.name, table.rounds,
              "", "median us", "p99 us", "x raw", "MB/s", "CPU ns/KiB");
  const Load& load = wanted_case.load;
  for (const Row& row : table.rows) {
    const double bytes = static_cast<double>(load.request_bytes) * load.requests;
    std::printf("  %-28s %10.1f %10.1f %7.2f %9.0f %11.1f\n", row.name.c_str(), row.median_us,
                row.p99_us, row.ratio, bytes / row.median_us, row.cpu_ns_per_kib);
  }
#ifndef BENCHMARK_HAS_ZEROMQ
  std::printf("  %-28s not installed\n", "ZeroMQ");
#endif
#ifndef BENCHMARK_HAS_GRPC
  std::printf("  %-28s not installed\n", "gRPC");
#endif
}

int run(std::span<char* const> arguments) {
  if (!arguments.empty() && arguments[0] == std::string_view("--serve")) {
    serve_as_child(kCompetitors, arguments.subspan(1));
  }
  const double seconds = arguments.empty() ? 3 : std::atof(arguments[0]);
  if (seconds <= 0) {
    std::fprintf(stderr, "usage: transport_benchmark [SECONDS=3] [CASE...]\n");
    return 2;
  }
  pin_to(kClientCore);
  std::printf("loopback, client on core %u, server (another process) on core %u\n", kClientCore,
              kServerCore);
  const auto names = arguments.subspan(std::min<std::size_t>(1, arguments.size()));
  const auto time = std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
  for (const Case& one : kCases) {
    if (wanted(one.name, names)) print(one, measure(kCompetitors, one.load, time));
  }
  return 0;
}

}  // namespace
}  // namespace branchline::transport_benchmark

int main(int argc, char** argv) {
  try {
    return branchline::transport_benchmark::run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::fprintf(stderr, "transport_benchmark: %s\n", error.what());
    return 1;
  }
}
