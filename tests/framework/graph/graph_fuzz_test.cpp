// Broken graph files: thousands of seeded mutations. tests/fuzz holds the same for libFuzzer.

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <fstream>
#include <sstream>

#include "tests/framework/graph/graph_mutants.h"
#include "tests/fuzz/graph_text.h"

namespace branchline::graph {
namespace {

std::string content(const std::string& path) {
  std::ifstream file(std::string(BRANCHLINE_SOURCE_DIR) + "/" + path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::string> originals() {
  return {content("docs/examples/branchy_graph.json"),
          content("docs/examples/three_tier_graph.json"),
          content("tests/fuzz/seeds/graph_json/every_field.json")};
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
