/// The `branchline plan` examples of the user pages: what stands there is what is printed.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/verb_runner.h"

namespace branchline::apps {
namespace {

struct DocumentedCommand {
  std::string arguments;  ///< behind "branchline "
  std::string output;
};

/// The ```console blocks: a line "$ branchline plan …" and below it what it prints.
std::vector<DocumentedCommand> documented_commands(const std::string& page) {
  std::ifstream file(std::string(BRANCHLINE_SOURCE_DIR) + "/docs/" + page);
  std::vector<DocumentedCommand> commands;
  bool in_block = false, in_command = false;
  for (std::string line; std::getline(file, line);) {
    const std::string prompt = "$ branchline plan ";
    if (line.rfind("```", 0) == 0) {
      in_block = line == "```console";
      in_command = false;
    } else if (in_block && line.rfind("$ ", 0) == 0) {
      in_command = line.rfind(prompt, 0) == 0;
      if (in_command) commands.push_back({"plan " + line.substr(prompt.size()), ""});
    } else if (in_command) {
      commands.back().output += line + '\n';
    }
  }
  return commands;
}

/// The time the solver took differs from run to run: drops what stands behind `marker` on its line.
std::string cut_line_behind(std::string text, const std::string& marker) {
  for (std::size_t place = 0; (place = text.find(marker, place)) != std::string::npos; ++place) {
    const std::size_t start = place + marker.size();
    text.erase(start, text.find('\n', start) - start);
  }
  return text;
}

std::string without_solver_time(const std::string& text) {
  return cut_line_behind(cut_line_behind(cut_line_behind(text, "solved by "), "solved in "),
                         "\"solver_ns\": ");
}

std::string from_source_dir(std::string arguments) {
  const std::string folder = "docs/examples/";
  const std::string root = std::string(BRANCHLINE_SOURCE_DIR) + "/";
  for (std::size_t place = 0; (place = arguments.find(folder, place)) != std::string::npos;
       place += root.size() + folder.size()) {
    arguments.insert(place, root);
  }
  return arguments;
}

class PlanPages : public ::testing::TestWithParam<const char*> {};

INSTANTIATE_TEST_SUITE_P(Docs, PlanPages,
                         ::testing::Values("planners.md", "scheduling.md", "plan-map.md",
                                           "schemas.md"),
                         [](const ::testing::TestParamInfo<const char*>& page) {
                           std::string name = page.param;
                           name.resize(name.find('.'));
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST_P(PlanPages, ShowWhatTheCommandsPrint) {
  const std::vector<DocumentedCommand> commands = documented_commands(GetParam());
  ASSERT_FALSE(commands.empty());
  for (const DocumentedCommand& command : commands) {
    const std::string printed = testing::verb_output(add_plan, from_source_dir(command.arguments));
    EXPECT_EQ(without_solver_time(printed), without_solver_time(command.output))
        << command.arguments;
  }
}

}  // namespace
}  // namespace branchline::apps
