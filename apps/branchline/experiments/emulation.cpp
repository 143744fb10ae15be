#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>

#include "apps/branchline/experiments/edge_files.h"
#include "apps/branchline/experiments/experiments.h"
#include "apps/branchline/experiments/output_flags.h"
#include "apps/branchline/flags.h"
#include "apps/branchline/progress_line.h"
#include "apps/branchline/text_file.h"
#include "apps/lab/experiments/emulation/emulation_tables.h"
#include "apps/lab/sweep/sweep_summary.h"
#include "framework/model/model.h"
#include "framework/slice/compute_threads.h"

namespace branchline::apps {
namespace {

namespace fs = std::filesystem;

struct EmulationFlags {
  std::string model;
  std::vector<std::string> rates = {"500kbit", "2mbit", "8mbit", "32mbit"};
  lab::DeviceQuestion devices = {{2, 4, 10}, 3};
  bool require = false;
  OutputFlags output;
};

std::vector<double> rates_mbps(const EmulationFlags& flags) {
  std::vector<double> rates;
  for (const std::string& text : flags.rates) rates.push_back(8e-6 * parse_rate(text, "--rate"));
  return rates;
}

void write_results(const lab::RunFolder& folder, const lab::EmulationCheck& check) {
  folder.write("emulation_link.csv", lab::link_cells_csv(check.links.cells));
  folder.write("emulation_device.csv", lab::device_cells_csv(check.devices.cells));
  folder.write("results.json", lab::emulation_json(check));
  folder.write("emulation.txt", lab::emulation_text(check));
}

int run_emulation(const EmulationFlags& flags, const CLI::App& command) {
  const std::vector<double> rates = rates_mbps(flags);
  const std::string model = model_or_camera(flags.model);
  const std::string mounts = read_text_file("/proc/self/mounts", "mount /proc");
  const auto folder = open_output(flags.output, command);
  lab::EmulationCheck check;
  slice::set_compute_threads(1);
  check.network = fs::path(model).stem().string();
  model::Model::load(model);  // so that this process says what is wrong with it
  lab::WorkProcess worker([&] { return lab::network_work(model); });  // before other threads
  const lab::StopFlag stop;
  ProgressLine line;
  const auto progress = [&](const std::string& what) { line.show(what); };
  check.devices = lab::check_devices(flags.devices, worker, mounts, stop, progress);
  check.links = lab::check_links(rates, flags.devices.repeats, stop, progress);
  line.clear();
  if (stop.raised()) return stop.exit_code();
  if (folder) write_results(*folder, check);
  std::cout << (flags.output.json ? lab::emulation_json(check) : lab::emulation_text(check));
  const auto verdicts = lab::verdicts_on(check);
  const bool good = std::all_of(verdicts.begin(), verdicts.end(),
                                [](const auto& verdict) { return verdict.holds(); });
  return flags.require && !good ? kGoalNotMet : kDone;
}

}  // namespace

Verb add_emulation(CLI::App& experiment) {
  auto flags = std::make_shared<EmulationFlags>();
  CLI::App* command = experiment.add_subcommand(
      "emulation", "The emulated link and the slowed device against tc tbf and a cpu quota");
  command->add_option("MODEL", flags->model, "Whose runs are the work; default: b_camera")
      ->type_name("MODEL.pt");
  command->add_option("--rate", flags->rates, "Of the link, repeatable")
      ->type_name("RATE")
      ->capture_default_str();
  command->add_option("--device-slowdown", flags->devices.slowdowns, "Repeatable")
      ->check(CLI::Range(1.0, 1000.0))
      ->capture_default_str();
  command->add_option("--repeats", flags->devices.repeats, "Of each frame and each piece of work")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command->add_flag("--require", flags->require, "Exit code 3 when a goal is missed");
  add_output_flags(*command, flags->output);
  command->footer(
      "tc tbf and the quota want root and iproute2; without them the rest is measured.\n"
      "Example:\n  branchline experiment emulation -o emulation");
  return {command, [flags, command] { return run_emulation(*flags, *command); }};
}

}  // namespace branchline::apps
