#pragma once

#include <vector>

#include "framework/profile/unit_timer.h"
#include "tests/support/common_graphs.h"

namespace branchline::testing {

/// A machine on which each unit takes what the graph says for the device, times `pace`.
struct FakeMachine {
  const graph::LayerGraph& graph;
  double pace = 1;
  int runs = 0;
  std::vector<slice::SliceSpec> asked{};

  profile::RunSlice runner() {
    return [this](const slice::SliceSpec& spec, int, int count) {
      asked.push_back(spec);
      runs += count;
      double sum = 0;
      for (const std::int32_t id : to_units(spec.units)) {
        sum += static_cast<double>(graph.units[static_cast<std::size_t>(id)].time[0]->count());
      }
      return std::vector<Duration>(static_cast<std::size_t>(count),
                                   Duration(static_cast<Duration::rep>(sum * pace)));
    };
  }
};

}  // namespace branchline::testing
