#include "apps/branchline/verbs/plan_flags.h"

#include <CLI/CLI.hpp>
#include <charconv>
#include <sstream>
#include <vector>

#include "apps/branchline/flags.h"
#include "apps/branchline/text_file.h"
#include "apps/branchline/verbs/plan_graph.h"
#include "framework/base/error.h"
#include "framework/graph/graph_json.h"
#include "framework/planner/pins.h"

namespace branchline::apps {
namespace {

using planner::LinkSpeed;

void add_link_flags(CLI::App& command, const std::string& suffix, const std::string& hop,
                    LinkSpeed& link) {
  const std::string group = "Link " + hop;
  add_rate(command, "--uplink" + suffix, link.uplink_bytes_per_s, "Goodput " + hop + ", outwards")
      ->group(group);
  add_rate(command, "--downlink" + suffix, link.downlink_bytes_per_s,
           "Goodput " + hop + ", back; default: as outwards")
      ->group(group);
  add_duration(command, "--rtt" + suffix, link.round_trip, "Round trip " + hop + "; default 0ms")
      ->group(group);
}

void add_graph_flags(CLI::App& command, PlanFlags& flags) {
  CLI::Option* graph =
      command.add_option("--graph", flags.graph_file, "Units, times and exits (docs/schemas.md)")
          ->type_name("GRAPH.json");
  CLI::Option* model =
      command.add_option("--model", flags.model_file, "Instead of --graph: a TorchScript file …")
          ->type_name("MODEL.pt")
          ->excludes(graph);
  CLI::Option* profile =
      command.add_option("--profile", flags.profile_file, "… and its times on device and edge")
          ->type_name("profile.json")
          ->needs(model);
  model->needs(profile);
  command
      .add_option("--codecs", flags.codec_file,
                  "Codecs that a plan may use, as `branchline experiment codecs` measured them")
      ->type_name("codecs.json")
      ->needs(model);
  add_shape(command, "--input", flags.input_shape,
            "Input shape of a model whose manifest gives none")
      ->needs(model);
}

void add_request_flags(CLI::App& command, PlanFlags& flags) {
  command
      .add_option("--algorithm", flags.algorithm,
                  "See --list; default: qdmp, with a cap exact2, with three tiers exact3")
      ->type_name("NAME");
  command
      .add_option("--exit", flags.exit,
                  "Plan this exit, from 1; default: the deepest in time, else the fastest")
      ->type_name("N")
      ->check(CLI::PositiveNumber);
  add_duration(command, "--deadline", flags.deadline, "Time for the whole request");
  add_link_flags(command, "", "device to edge", flags.link);
  add_link_flags(command, "2", "edge to cloud", flags.link2);
  add_link_flags(command, "-direct", "device to cloud, past the edge", flags.direct_link);
  add_bytes(command, "--result-bytes", flags.result_bytes,
            "Size of the answer sent back; default: the exit's logits");
  add_duration(command, "--edge-queue", flags.edge_queue, "Waiting time at the edge; default 0ms");
  command
      .add_option("--max-accuracy-loss", flags.most_accuracy_loss,
                  "Most that the codecs of a plan may lose together, e.g. 0.01")
      ->type_name("SHARE")
      ->check(CLI::Range(0.0, 1.0));
  add_bytes(command, "--max-uplink", flags.most_uplink_bytes,
            "Most bytes that a plan may send from device to edge");
  command
      .add_option("--pin-device", flags.pinned, "Units that must stay on the device, e.g. 1-3,7")
      ->type_name("UNITS");
}

void add_answer_flags(CLI::App& command, PlanFlags& flags) {
  CLI::Option* explain =
      command.add_flag("--explain", flags.explain,
                       "Also say what binds each exit and the nearest change that helps");
  CLI::Option* map = command.add_flag(
      "--map", flags.map, "Instead: all plans that some link, load or speed makes the fastest");
  CLI::Option* jobs = command
                          .add_option("--jobs", flags.jobs,
                                      "Instead: so many requests at once, each with its own cut")
                          ->type_name("N")
                          ->check(CLI::Range(1, 1000))
                          ->excludes(map)
                          ->excludes(explain);
  command.add_flag("--list", flags.list, "List the algorithms and stop");
  CLI::Option* json = command.add_flag(
      "--json", flags.json, "Print branchline.plan/1 (planmap/1 with --map, jobs/1 with --jobs)");
  command.add_flag("--dot", flags.dot, "The graph and its cut for Graphviz: | dot -Tsvg > cut.svg")
      ->excludes(json)
      ->excludes(map)
      ->excludes(jobs);
}

graph::LayerGraph graph_without_pins(const PlanFlags& flags) {
  if (!flags.graph_file.empty()) {
    return graph::graph_from_json(
        read_text_file(flags.graph_file, "give the path of a GRAPH.json (docs/schemas.md)"),
        flags.graph_file);
  }
  if (flags.model_file.empty()) {
    throw InputError("no graph is given", "--graph",
                     "give GRAPH.json (docs/schemas.md), or --model MODEL.pt --profile "
                     "profile.json");
  }
  std::vector<Shape> input_shapes;
  if (!flags.input_shape.empty()) input_shapes.push_back(flags.input_shape);
  return profiled_graph(flags.model_file, flags.profile_file, input_shapes, flags.codec_file);
}

std::int32_t parse_unit(const std::string& text, const graph::LayerGraph& graph) {
  std::int32_t unit = -1;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, unit);
  const bool there = error == std::errc() && stop == end && unit >= 0 && unit < graph.unit_count();
  if (!there) {
    throw InputError(
        "'" + text + "' is no unit", "--pin-device",
        "write ids from 0 to " + std::to_string(graph.unit_count() - 1) + ", such as 1-3,7");
  }
  return unit;
}

/// "1-3,7".
std::vector<std::int32_t> parse_units(const std::string& text, const graph::LayerGraph& graph) {
  std::vector<std::int32_t> units;
  std::istringstream list(text);
  for (std::string range; std::getline(list, range, ',');) {
    const auto dash = range.find('-');
    const std::int32_t first = parse_unit(range.substr(0, dash), graph);
    const std::int32_t last =
        dash == std::string::npos ? first : parse_unit(range.substr(dash + 1), graph);
    if (last < first) {
      throw InputError("'" + range + "' runs backwards", "--pin-device", "write 1-3,7");
    }
    for (std::int32_t unit = first; unit <= last; ++unit) units.push_back(unit);
  }
  return units;
}

LinkSpeed complete_link(LinkSpeed link, const std::string& suffix) {
  if (link.uplink_bytes_per_s == 0) {
    throw InputError("it is missing", "--uplink" + suffix,
                     "give the goodput away from the device, such as 2mbit");
  }
  if (link.downlink_bytes_per_s == 0) link.downlink_bytes_per_s = link.uplink_bytes_per_s;
  return link;
}

LinkSpeed link_of_map(LinkSpeed link) {
  if (link.uplink_bytes_per_s == 0 && link.downlink_bytes_per_s == 0) {
    throw InputError("it is missing", "--downlink",
                     "a map is of every uplink, but the answer's way back needs a goodput: 8mbit");
  }
  if (link.uplink_bytes_per_s == 0) link.uplink_bytes_per_s = link.downlink_bytes_per_s;
  return complete_link(link, "");
}

}  // namespace

void add_plan_flags(CLI::App& command, PlanFlags& flags) {
  add_graph_flags(command, flags);
  add_request_flags(command, flags);
  add_answer_flags(command, flags);
}

graph::LayerGraph graph_to_plan(const PlanFlags& flags) {
  graph::LayerGraph graph = graph_without_pins(flags);
  if (flags.pinned.empty()) return graph;
  const std::vector<std::int32_t> units = parse_units(flags.pinned, graph);
  return planner::pinned_to_device(std::move(graph), units);
}

planner::PlanRequest request_of(const PlanFlags& flags, const graph::LayerGraph& graph) {
  planner::PlanRequest request{graph,        {},           std::nullopt,    std::nullopt,
                               std::nullopt, std::nullopt, flags.edge_queue};
  request.link = flags.map ? link_of_map(flags.link) : complete_link(flags.link, "");
  if (graph.tiers.size() > 2) request.link2 = complete_link(flags.link2, "2");
  const LinkSpeed& direct = flags.direct_link;
  const bool has_direct = direct.uplink_bytes_per_s > 0 || direct.downlink_bytes_per_s > 0 ||
                          direct.round_trip.count() > 0;
  if (has_direct) request.direct_link = complete_link(direct, "-direct");
  if (flags.exit != 0) request.exit = flags.exit - 1;
  if (flags.deadline.count() >= 0) request.deadline = flags.deadline;
  if (flags.result_bytes >= 0) request.result_bytes = flags.result_bytes;
  if (flags.most_uplink_bytes >= 0) request.max_uplink_bytes = flags.most_uplink_bytes;
  if (flags.most_accuracy_loss >= 0) request.max_accuracy_loss = flags.most_accuracy_loss;
  return request;
}

std::string algorithm_of(const PlanFlags& flags, const graph::LayerGraph& graph) {
  if (!flags.algorithm.empty()) return flags.algorithm;
  if (graph.tiers.size() > 2) return "exact3";
  const bool capped = flags.most_uplink_bytes >= 0 || flags.most_accuracy_loss >= 0;
  return capped ? "exact2" : "qdmp";
}

}  // namespace branchline::apps
