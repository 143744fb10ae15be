#include "apps/lab/report/report.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>

#include "apps/branchline/verbs/verbs.h"

namespace branchline::apps {
namespace {

struct ReportFlags {
  std::string folder, other;
};

int make_report(const ReportFlags& flags) {
  std::cout << lab::write_report(flags.folder, std::cerr) << '\n';
  if (!flags.other.empty())
    std::cout << lab::write_comparison(flags.folder, flags.other, std::cerr) << '\n';
  return kDone;
}

}  // namespace

Verb add_report(CLI::App& app) {
  CLI::App* command =
      app.add_subcommand("report", "Draw an experiment's figures and page anew from its folder");
  const auto flags = std::make_shared<ReportFlags>();
  command->add_option("DIR", flags->folder, "What `branchline experiment NAME -o DIR` wrote")
      ->required();
  command
      ->add_option("--compare", flags->other,
                   "Also both runs beside each other, with ratios: DIR/comparison.html")
      ->type_name("OTHER");
  command->footer("Example:\n  branchline report edgent --compare edgent-before");
  return {command, [flags] { return make_report(*flags); }};
}

}  // namespace branchline::apps
