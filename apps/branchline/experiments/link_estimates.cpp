#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "apps/branchline/experiments/experiments.h"
#include "apps/branchline/experiments/output_flags.h"
#include "apps/lab/edge_process.h"
#include "apps/lab/experiments/link_experiment.h"
#include "apps/lab/experiments/live_link.h"

namespace branchline::apps {
namespace {

struct LinkEstimateFlags {
  std::string trace;
  bool full = false;
  OutputFlags output;
};

std::string link_text(const std::vector<lab::LinkRow>& steady, const lab::LinkRow& replayed,
                      const std::vector<lab::LinkRow>& live) {
  std::string text =
      "estimate against goodput measured: median and 90th percentile of the error in %, frames "
      "until within 10 % after a step to a quarter / back\n" +
      lab::link_table(steady) +
      "\ntraces: median error in % of the estimate against the next frame, and where five frames "
      "were within 10 %\n" +
      lab::link_table({replayed});
  if (!live.empty()) text += "\nreal time, through the link emulator\n" + lab::link_table(live);
  return text;
}

int run_link_estimates(const LinkEstimateFlags& flags, const CLI::App& command) {
  const auto folder = open_output(flags.output, command);
  std::vector<lab::LinkRow> rows;
  for (const lab::LinkCase& link : lab::steady_link_cases()) {
    rows.push_back(lab::follow_virtual_link(link));
  }
  const std::string trace =
      flags.trace.empty() ? lab::find_shipped_file("apps/lab/traces/lte_like.csv") : flags.trace;
  const lab::LinkRow replayed = lab::follow_virtual_link(lab::trace_case(trace));
  std::vector<lab::LinkRow> live;
  if (flags.full) live = lab::follow_live_links(lab::live_link_cases());
  const std::string text = link_text(rows, replayed, live);
  rows.push_back(replayed);
  rows.insert(rows.end(), live.begin(), live.end());
  if (folder) {
    folder->write("link.txt", text);
    folder->write("link.json", lab::link_rows_json(rows));
  }
  std::cout << (flags.output.json ? lab::link_rows_json(rows) : text);
  return kDone;
}

}  // namespace

Verb add_link_estimates(CLI::App& experiment) {
  auto flags = std::make_shared<LinkEstimateFlags>();
  CLI::App* command =
      experiment.add_subcommand("link", "Estimates of a link's goodput against the truth");
  command->add_option("--trace", flags->trace, "Default: the shipped one")->type_name("CSV");
  command->add_flag("--full", flags->full, "Also in real time, through the link emulator");
  add_output_flags(*command, flags->output);
  command->footer("Example:\n  branchline experiment link --full");
  return {command, [flags, command] { return run_link_estimates(*flags, *command); }};
}

}  // namespace branchline::apps
