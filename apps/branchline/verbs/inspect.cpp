#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "apps/branchline/flags.h"
#include "apps/branchline/verbs/verbs.h"
#include "framework/graph/graph_json.h"
#include "framework/model/model.h"
#include "framework/slice/compute_threads.h"

namespace branchline::apps {
namespace {

struct InspectFlags {
  std::string model_file;
  std::vector<std::string> shapes;
  bool json = false;
  bool dot = false;
};

/// "1x64x56x56", several outputs behind each other; the element type only where it is not f32.
std::string show_outputs(const graph::Unit& unit) {
  std::string text;
  for (const graph::TensorSpec& spec : unit.outputs) {
    if (!text.empty()) text += ' ';
    for (std::size_t d = 0; d < spec.shape.size(); ++d) {
      text += (d == 0 ? "" : "x") + std::to_string(spec.shape[d]);
    }
    if (spec.shape.empty()) text += "number";
    if (spec.type != DType::f32) text += std::string(":") + name_of(spec.type);
  }
  return unit.transmissible ? text : text + " (cannot cross a cut)";
}

/// "118 M", "1.81 G"; nothing where there are none.
std::string show_macs(std::int64_t macs) {
  if (macs == 0) return "";
  const auto count = static_cast<double>(macs);
  if (macs >= 1'000'000'000) return fmt::format("{:.3g} G", count / 1e9);
  if (macs >= 1'000'000) return fmt::format("{:.3g} M", count / 1e6);
  return fmt::format("{:.3g} k", count / 1e3);
}

/// The exits that end at a unit: "exit 1 (early), accuracy 71.0 %".
std::string show_exits(const graph::LayerGraph& layers, std::int32_t unit) {
  std::string text;
  for (std::size_t i = 0; i < layers.exits.size(); ++i) {
    const graph::ExitPoint& exit = layers.exits[i];
    if (exit.value.unit != unit) continue;
    const std::string number = "exit" + std::to_string(i + 1);
    text += (text.empty() ? "<- " : ", ") + number;
    if (exit.name != number) text += " " + exit.name;
    if (exit.accuracy) text += fmt::format(" ({:.1f} %)", *exit.accuracy * 100);
  }
  return text;
}

void print_table(const model::Model& model) {
  const graph::LayerGraph& layers = model.layers();
  const std::vector<std::int32_t> cuts = graph::cut_vertices(layers, layers.exit_count() - 1);
  fmt::print("{}: {} units, {} exits, {}, {}, digest {}\n", layers.name, layers.unit_count(),
             layers.exit_count(), layers.batchable ? "batchable" : "one input at a time",
             show_bytes(model.file_bytes()), model.digest());
  std::size_t widest_name = 4;
  std::size_t widest_output = 6;
  for (const graph::Unit& unit : layers.units) {
    widest_name = std::max(widest_name, unit.name.size());
    widest_output = std::max(widest_output, show_outputs(unit).size());
  }
  fmt::print("{:>4} {:1} {:{}}  {:9}  {:{}}  {:>9}  {:>8}\n", "unit", "", "name", widest_name,
             "type", "output", widest_output, "bytes", "MACs");
  for (const graph::Unit& unit : layers.units) {
    const bool cut = std::binary_search(cuts.begin(), cuts.end(), unit.id);
    const std::string line = fmt::format(
        "{:4} {:1} {:{}}  {:9}  {:{}}  {:>9}  {:>8}  {}", unit.id, cut ? "|" : "", unit.name,
        widest_name, unit.type, show_outputs(unit), widest_output, show_bytes(unit.output_bytes),
        show_macs(unit.features.macs), show_exits(layers, unit.id));
    fmt::print("{}\n", line.substr(0, line.find_last_not_of(' ') + 1));
  }
  fmt::print("| cut vertex of the deepest exit: behind it, only that unit's output crosses\n");
}

int run_inspect(const InspectFlags& flags) {
  slice::set_compute_threads(1);
  model::LoadOptions options;
  for (const std::string& shape : flags.shapes) {
    options.input_shapes.push_back(parse_shape(shape, "--input"));
  }
  const std::shared_ptr<const model::Model> model = model::Model::load(flags.model_file, options);
  if (flags.json) {
    std::cout << graph::to_json(model->layers()) << '\n';
  } else if (flags.dot) {
    std::cout << graph::to_dot(model->layers());
  } else {
    print_table(*model);
  }
  return kDone;
}

}  // namespace

Verb add_inspect(CLI::App& app) {
  auto flags = std::make_shared<InspectFlags>();
  CLI::App* command = app.add_subcommand(
      "inspect", "Show the units of a TorchScript model: what each computes, and what leaves it");
  command->add_option("MODEL", flags->model_file, "TorchScript file, traced or scripted")
      ->required();
  command
      ->add_option(
          "--input", flags->shapes,
          "Shape of an input, e.g. 1,3,224,224; one flag per input; default: the manifest's")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  CLI::Option* json = command->add_flag("--json", flags->json, "The graph as branchline.graph/1");
  command->add_flag("--dot", flags->dot, "The graph for Graphviz: | dot -Tsvg > model.svg")
      ->excludes(json);
  command->footer("Example:\n  branchline inspect resnet18.pt --input 1,3,224,224");
  return {command, [flags] { return run_inspect(*flags); }};
}

}  // namespace branchline::apps
