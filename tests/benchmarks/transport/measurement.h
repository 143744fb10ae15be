#pragma once

#include <span>
#include <string>
#include <vector>

#include "tests/benchmarks/transport/competitor.h"

namespace branchline::transport_benchmark {

/// One line of the table: exchanges of one competitor under one load.
struct Row {
  std::string name;
  double median_us = 0;
  double p99_us = 0;
  double ratio = 0;           ///< median over rounds of its time / the first competitor's
  double cpu_ns_per_kib = 0;  ///< both processes, all threads
};

struct Table {
  std::vector<Row> rows;
  int rounds = 0;
};

/// Runs every competitor once a round, each round beginning with the next one, for `time` (and at
/// least 20 rounds) after a tenth of it for warming up. The caller must be pinned to kClientCore.
Table measure(Competitors competitors, const Load& load, Duration time);

}  // namespace branchline::transport_benchmark
