#include <CLI/CLI.hpp>
#include <chrono>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "apps/branchline/flags.h"
#include "apps/branchline/verbs/experiment_adaptation.h"
#include "apps/branchline/verbs/experiment_codecs.h"
#include "apps/branchline/verbs/experiment_graphs.h"
#include "apps/branchline/verbs/experiment_load.h"
#include "apps/branchline/verbs/experiment_streams.h"
#include "apps/branchline/verbs/verbs.h"
#include "apps/lab/edge_process.h"
#include "apps/lab/experiments/bandwidth_experiment.h"
#include "apps/lab/experiments/link_experiment.h"
#include "apps/lab/experiments/live_link.h"
#include "apps/lab/experiments/planner_tables.h"
#include "apps/lab/experiments/synthetic_graphs.h"
#include "apps/lab/experiments/tiles_experiment.h"
#include "apps/lab/experiments/upload_experiment.h"
#include "apps/lab/run_folder.h"
#include "transport/link_trace.h"

namespace branchline::apps {
namespace {

struct ExperimentFlags {
  std::string name;
  std::vector<std::string> graph_files, uplinks, algorithms;
  std::vector<double> ratios;
  std::string output, trace;
  std::chrono::nanoseconds deadline{40000000};
  std::size_t states = 8;
  CodecFlags codecs;
  AdaptationFlags adaptation;
  StreamFlags streams;
  LoadFlags load;
  bool full = false, three_tiers = false, json = false;
};

/// DADS's networks and Edgent's range.
const std::vector<std::string> kUplinks = {"50kbit",  "130kbit",  "400kbit",  "1.1mbit",
                                           "1.5mbit", "5.85mbit", "18.88mbit"};

constexpr int kLargeGraph = 1000;  // units; gets a table of its own

lab::PlannerExperiment experiment_of(const ExperimentFlags& flags) {
  lab::PlannerExperiment experiment;
  for (const std::string& text : flags.uplinks.empty() ? kUplinks : flags.uplinks) {
    experiment.uplinks_bytes_per_s.push_back(parse_rate(text, "--uplink"));
  }
  experiment.device_ratios = flags.ratios;
  if (experiment.device_ratios.empty()) experiment.device_ratios = {5, 25, 100};
  experiment.algorithms = flags.algorithms;
  if (flags.three_tiers) experiment.cloud = experiment.edge.times(4);
  for (const std::string& file : flags.graph_files) {
    experiment.graphs.push_back(graph_of_file(file));
  }
  if (flags.graph_files.empty()) experiment.graphs = shipped_graphs();
  return experiment;
}

void tell_progress(const std::string& graph) { std::cerr << "planned " << graph << '\n'; }

/// Large graphs at two uplinks only: they are for the solvers' times.
std::vector<lab::PlannerRow> synthetic_rows(lab::PlannerExperiment experiment) {
  experiment.graphs = {lab::residual_network(1000), lab::entangled_network(1000),
                       lab::residual_network(10000), lab::entangled_network(10000)};
  experiment.uplinks_bytes_per_s = {137500, 2360000};
  experiment.device_ratios = {25};
  return lab::run_planner_experiment(experiment, tell_progress);
}

std::string planner_report(const std::vector<lab::PlannerRow>& rows, bool full) {
  std::string text =
      "x: predicted time over the exact optimum's (exact2, with three tiers exact3); stream x: "
      "frames "
      "per second over the best single tier's\n";
  if (full) text += lab::case_tables(rows);
  const auto add = [&](const std::string& title, const auto& counts) {
    const auto summaries = lab::summarise(rows, counts);
    if (!summaries.empty()) text += "\n" + title + "\n" + lab::summary_table(summaries);
  };
  add("networks of less than 1000 units",
      [](const lab::PlannerRow& row) { return row.units < kLargeGraph; });
  std::string last;
  for (const lab::PlannerRow& large : rows) {
    if (large.units < kLargeGraph || large.graph == last) continue;
    last = large.graph;
    add(last, [&](const lab::PlannerRow& row) { return row.graph == last; });
  }
  return text;
}

int run_planners(const ExperimentFlags& flags) {
  const lab::PlannerExperiment experiment = experiment_of(flags);
  std::vector<lab::PlannerRow> rows = lab::run_planner_experiment(experiment, tell_progress);
  if (flags.graph_files.empty()) {
    for (lab::PlannerRow& row : synthetic_rows(experiment)) rows.push_back(std::move(row));
  }
  if (!flags.output.empty()) {
    const lab::RunFolder folder(flags.output);
    folder.write("planners.csv", lab::rows_to_csv(rows));
    folder.write("planners.txt", planner_report(rows, true));
  }
  std::cout << (flags.json ? lab::rows_to_json(rows) : planner_report(rows, flags.full));
  return kDone;
}

int run_upload(const ExperimentFlags& flags) {
  const lab::PlannerExperiment experiment = experiment_of(flags);
  const std::vector<lab::UploadRow> rows = lab::run_upload_experiment(experiment);
  if (!flags.output.empty()) {
    const lab::RunFolder folder(flags.output);
    folder.write("upload.csv", lab::upload_csv(rows));
    folder.write("upload.txt", lab::upload_table(rows));
  }
  if (flags.json) {
    std::cout << lab::upload_json(rows);
    return kDone;
  }
  std::cout << "values sent as soon as they exist: time when all are sent at the end over that "
               "time, for the best cut, and with cut and order chosen together\n"
            << lab::upload_table(rows);
  return kDone;
}

std::vector<double> uplinks_of_trace(const std::string& file) {
  std::vector<double> goodputs;
  for (const transport::RateStep& step : transport::read_link_trace(file).uplink.steps) {
    goodputs.push_back(step.bytes_per_s);
  }
  return goodputs;
}

/// One graph, one device: the first of each that the flags name.
int run_bandwidth(const ExperimentFlags& flags) {
  const lab::MachineSpeed edge = lab::PlannerExperiment{}.edge;
  const double ratio = flags.ratios.empty() ? 100 : flags.ratios.front();
  const graph::LayerGraph graph = lab::with_roofline_times(
      graph_of_file(flags.graph_files.empty()
                        ? lab::find_shipped_file("branchy_models/pretrained/b_alexnet-cifar10.pt")
                        : flags.graph_files.front()),
      {edge.times(1 / ratio), edge});
  const planner::PlanRequest request{graph,
                                     {1e6, 1e6, std::chrono::milliseconds(10)},
                                     std::nullopt,
                                     std::nullopt,
                                     flags.deadline,
                                     std::nullopt,
                                     planner::Nanoseconds(0)};
  const std::string trace =
      flags.trace.empty() ? lab::find_shipped_file("apps/lab/traces/lte_like.csv") : flags.trace;
  const auto rows = lab::run_bandwidth_experiment(request, uplinks_of_trace(trace), flags.states);
  if (flags.json) {
    std::cout << lab::bandwidth_json(rows);
    return kDone;
  }
  std::cout << graph.name << ", device " << ratio << " times slower than the edge, deadline "
            << show_duration(flags.deadline) << ", a request a sample\n"
            << lab::bandwidth_table(rows);
  return kDone;
}

int run_link_estimate(const ExperimentFlags& flags) {
  std::vector<lab::LinkRow> rows;
  for (const lab::LinkCase& link : lab::steady_link_cases()) {
    rows.push_back(lab::follow_virtual_link(link));
  }
  const std::string trace =
      flags.trace.empty() ? lab::find_shipped_file("apps/lab/traces/lte_like.csv") : flags.trace;
  std::vector<lab::LinkRow> replayed = {lab::follow_virtual_link(lab::trace_case(trace))};
  std::vector<lab::LinkRow> live;
  if (flags.full) live = lab::follow_live_links(lab::live_link_cases());
  if (flags.json) {
    rows.insert(rows.end(), replayed.begin(), replayed.end());
    rows.insert(rows.end(), live.begin(), live.end());
    std::cout << lab::link_rows_json(rows);
    return kDone;
  }
  std::cout << "estimate against goodput measured: median and 90th percentile of the error in %, "
               "frames until within 10 % after a step to a quarter / back\n"
            << lab::link_table(rows)
            << "\ntraces: median error in % of the estimate against the next frame, and where five "
               "frames were within 10 %\n"
            << lab::link_table(replayed);
  if (flags.full) std::cout << "\nreal time, through the link emulator\n" << lab::link_table(live);
  return kDone;
}

int run_experiment(const ExperimentFlags& flags) {
  if (flags.name == "planners") return run_planners(flags);
  if (flags.name == "bandwidth") return run_bandwidth(flags);
  if (flags.name == "link") return run_link_estimate(flags);
  if (flags.name == "load") {
    LoadFlags load = flags.load;
    load.models = flags.codecs.models;
    load.output = flags.output;
    load.full = flags.full;
    load.json = flags.json;
    return run_load(load);
  }
  if (flags.name == "codecs") {
    CodecFlags codecs = flags.codecs;
    codecs.output = flags.output;
    codecs.full = flags.full;
    codecs.json = flags.json;
    return run_codecs(codecs);
  }
  if (flags.name == "upload") return run_upload(flags);
  if (flags.name == "streams") {
    StreamFlags streams = flags.streams;
    if (!flags.codecs.models.empty()) streams.model = flags.codecs.models.front();
    streams.uplinks = flags.uplinks;
    streams.output = flags.output;
    streams.json = flags.json;
    if (!flags.ratios.empty()) streams.device_slowdown = flags.ratios.front();
    return run_streams(streams);
  }
  if (flags.name == "adaptation") {
    AdaptationFlags adaptation = flags.adaptation;
    if (!flags.codecs.models.empty()) adaptation.model = flags.codecs.models.front();
    adaptation.output = flags.output;
    adaptation.json = flags.json;
    return run_adaptation_experiment(adaptation);
  }
  std::cout << (flags.json ? lab::tiles_json() : lab::tiles_report());
  return kDone;
}

}  // namespace

Verb add_experiment(CLI::App& app) {
  auto flags = std::make_shared<ExperimentFlags>();
  CLI::App* command = app.add_subcommand(
      "experiment", "Compute or measure a comparison (docs/cli.md tells which is which)");
  command
      ->add_option(
          "NAME", flags->name,
          "planners: every algorithm on every network, link and device speed; bandwidth: ways "
          "to follow a link, on a trace; link: estimates of a link's goodput; tiles: what fusing "
          "layers into tiles costs; codecs: what "
          "each makes of bytes and accuracy, on a model's own feature maps; adaptation: how soon "
          "an "
          "engine finds the right plan when link or edge change, with a real edge; streams: frames "
          "per second, pipelined and one at a time, with a real engine, edge and emulated link; "
          "upload: what sending values as soon as they exist gains; load: one edge under the load "
          "of many clients")
      ->required()
      ->check(CLI::IsMember({"planners", "bandwidth", "link", "tiles", "codecs", "adaptation",
                             "streams", "upload", "load"}));
  command
      ->add_option("MODEL", flags->codecs.models,
                   "Of `codecs`, `adaptation` and `streams`, default: the shipped ones; of `load`, "
                   "default: b_camera")
      ->type_name("MODEL.pt");
  command
      ->add_option("--data", flags->codecs.data,
                   "Of `codecs`: folder of test pictures, repeatable; each model takes the first "
                   "that suits it; default: Debian's Fashion-MNIST")
      ->type_name("DIR");
  command->add_option("--frames", flags->streams.frames, "Of `streams`: frames of a round")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--images", flags->codecs.images, "Of `codecs`: test pictures used, 0: all")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command
      ->add_option(
          "--graph", flags->graph_files,
          "GRAPH.json or MODEL.pt, repeatable; default: the shipped ones and synthetic ones")
      ->type_name("FILE");
  command->add_option("--uplink", flags->uplinks, "Repeatable; default: 50kbit to 18.88mbit")
      ->type_name("RATE");
  command
      ->add_option(
          "--ratio", flags->ratios,
          "How many times slower than the edge the device is, repeatable; default 5 25 100")
      ->check(CLI::Range(1e-3, 1e6));
  command->add_option("--algorithm", flags->algorithms, "Repeatable; default: all but brute")
      ->type_name("NAME");
  command->add_flag("--three-tiers", flags->three_tiers,
                    "With a cloud four times as fast as the edge behind 100 Mbit/s and 20 ms");
  command
      ->add_option("--trace", flags->trace, "Of `bandwidth` and `link`; default: the shipped one")
      ->type_name("CSV");
  add_duration(*command, "--deadline", flags->deadline, "Of `bandwidth`");
  add_duration(*command, "--phase", flags->adaptation.phase, "Of `adaptation`: length of each");
  command
      ->add_option("--device-slowdown", flags->adaptation.slowdown,
                   "Of `adaptation`: default so that the deepest exit takes 1.8 deadlines")
      ->check(CLI::Range(1.0, 10000.0));
  command->add_option("--planner", flags->adaptation.planner,
                      "Of `adaptation`: as of `branchline run`");
  command->add_option("--states", flags->states, "Of `bandwidth`: states of Edgent's map")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command->add_flag(
      "--full", flags->full,
      "Also a table for every network and device speed; of `link`: also in real time; of `load`: "
      "all numbers of clients and loads, a quarter of an hour an edge policy");
  command
      ->add_option("-o,--output", flags->output,
                   "Write the tables into this folder, as text and CSV")
      ->type_name("DIR");
  command->add_flag("--json", flags->json, "Print every case as JSON");
  add_load_flags(*command, flags->load);
  command->footer("Example:\n  branchline experiment planners -o planners");
  return {command, [flags, command] {
            flags->load.configuration =
                lab::configuration_text("experiment", command->config_to_str(true));
            return run_experiment(*flags);
          }};
}

}  // namespace branchline::apps
