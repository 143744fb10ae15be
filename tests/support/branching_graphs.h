#pragma once

#include <algorithm>
#include <cstddef>
#include <random>
#include <string>

#include "tests/support/common_graphs.h"
#include "tests/support/upload_jobs.h"

namespace branchline::testing {

/// A two-tier graph on which cuts with several uploads pay: a large input, units with the
/// precedence of `shape` and small outputs, and a last unit that is slow on the device and reads
/// all that sends.
inline LayerGraph branching_graph(std::mt19937& random, int jobs, Shape shape) {
  LayerGraph graph = two_tier_graph("branching");
  add_unit(graph, {0, 0}, 500, {});
  std::vector<std::int32_t> read_last;
  for (const UploadJob& job : random_jobs(random, jobs, shape, 30)) {
    const std::int64_t compute = job.compute.count();
    add_unit(graph, {compute, compute * 2 / 3}, job.upload.count(), {});
    Unit& unit = graph.units.back();
    for (const std::int32_t before : job.predecessors) unit.inputs.push_back({before + 1, 0});
    if (unit.inputs.empty()) unit.inputs.push_back({0, 0});
    if (job.upload.count() > 0) read_last.push_back(unit.id);
  }
  std::vector<bool> read(graph.units.size(), false);
  for (const Unit& unit : graph.units) {
    for (const ValueId& input : unit.inputs) read[static_cast<std::size_t>(input.unit)] = true;
  }
  for (const Unit& unit : graph.units) {
    const bool listed = std::find(read_last.begin(), read_last.end(), unit.id) != read_last.end();
    if (!read[static_cast<std::size_t>(unit.id)] && !listed) read_last.push_back(unit.id);
  }
  add_unit(graph, {static_cast<std::int64_t>(random() % 300), 20}, 1, {});
  for (const std::int32_t unit : read_last) graph.units.back().inputs.push_back({unit, 0});
  add_exit(graph, graph.unit_count() - 1, 0.9);
  return graph;
}

}  // namespace branchline::testing
