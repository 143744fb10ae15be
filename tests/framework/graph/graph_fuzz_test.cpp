// Broken graph files: thousands of seeded mutations. tests/fuzz holds the same for libFuzzer.

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <fstream>
#include <sstream>

#include "tests/framework/graph/graph_mutants.h"
#include "tests/fuzz/graph_text.h"
#include "tests/support/common_graphs.h"

namespace branchline::graph {
namespace {

std::string example(const std::string& name) {
  std::ifstream file(std::string(BRANCHLINE_SOURCE_DIR) + "/docs/examples/" + name);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// The examples of the docs, and one that has every field.
std::vector<std::string> originals() {
  LayerGraph full = testing::branchy_chain();
  full.digest = "00ff";
  full.batchable = true;
  full.units[1].type = "conv";
  full.units[1].outputs = {{DType::f32, {1, 8, 4, 4}}, {DType::u8, {}}};
  full.units[1].features = {600, 400, 72, 9216, 2.25};
  full.units[1].transmissible = false;
  full.units[3].inputs = {{1, 1}, {0, 0}};
  full.exits[0].value = {1, 1};
  return {example("branchy_graph.json"), example("three_tier_graph.json"), to_json(full)};
}

std::int64_t most_memory_kib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

TEST(GraphFuzz, OriginalsAreGraphs) {
  for (const std::string& original : originals()) {
    EXPECT_TRUE(testing::check_graph_text(original)) << original;
  }
}

TEST(GraphFuzz, MutantsAreReadOrRefusedAndNothingElse) {
  const std::vector<std::string> files = originals();
  const std::int64_t before = most_memory_kib();
  constexpr std::uint32_t kMutants = 20'000;
  std::uint32_t graphs = 0;
  for (std::uint32_t seed = 0; seed < kMutants; ++seed) {
    const std::string mutant = testing::GraphMutator(seed, files).mutant();
    try {
      if (testing::check_graph_text(mutant)) ++graphs;
    } catch (const std::exception& error) {
      ADD_FAILURE() << "seed " << seed << ": " << error.what() << '\n' << mutant.substr(0, 2000);
    }
  }
  RecordProperty("graphs", static_cast<int>(graphs));
  // Else the mutations are too coarse or too fine to find anything.
  EXPECT_GT(graphs, kMutants / 20);
  EXPECT_LT(graphs, kMutants / 2);
  EXPECT_LT(most_memory_kib() - before, 512 << 10);
}

}  // namespace
}  // namespace branchline::graph
