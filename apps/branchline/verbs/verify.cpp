#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "apps/branchline/flags.h"
#include "apps/branchline/progress_line.h"
#include "apps/branchline/verbs/verbs.h"
#include "framework/base/error.h"
#include "framework/slice/compute_threads.h"
#include "framework/slice/verification.h"

namespace branchline::apps {
namespace {

using slice::VerifyPlace;
using slice::VerifyReport;

struct VerifyFlags {
  std::string model_file;
  std::vector<std::string> shapes;
  slice::VerifyOptions options;
  bool json = false;
};

/// "3.1e-07"
std::string show_error(double error) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2g", error);
  return text;
}

std::string show_place(const VerifyPlace& place) {
  return place.exit + ", cut " + place.cut + ", batch " + std::to_string(place.batch);
}

/// Why the report says nothing about the model; empty when it does.
std::string why_untestable(const VerifyReport& report) {
  if (!report.untestable()) return "";
  return "untestable: no output exceeds 1e-3 (largest " + show_error(report.largest_output) +
         "), so that anything would equal it; use trained weights";
}

int exit_code_of(const VerifyReport& report) {
  if (report.untestable()) return kBadModel;
  return report.mismatches.empty() ? kDone : kFailed;
}

nlohmann::ordered_json place_json(const VerifyPlace& place) {
  return {{"exit", place.exit}, {"cut", place.cut}, {"batch", place.batch}};
}

nlohmann::ordered_json report_json(const VerifyFlags& flags, const model::Model& model,
                                   const VerifyReport& report) {
  const char* const results[] = {"equal", "mismatch"};
  nlohmann::ordered_json json = {
      {"schema", "branchline.verify/1"},
      {"model", flags.model_file},
      {"digest", model.digest()},
      {"result", report.untestable() ? "untestable" : results[report.mismatches.empty() ? 0 : 1]},
      {"tolerance", flags.options.tolerance},
      {"seed", flags.options.seed},
      {"exits", model.layers().exit_count()},
      {"units", model.layers().unit_count()},
      {"batches", report.batches},
      {"cuts", report.cuts},
      {"sets", report.sets},
      {"comparisons", report.comparisons},
      {"slices", report.slices},
      {"largest_output", report.largest_output},
      {"worst_error", report.worst_error},
      {"worst_place", nullptr},
      {"mismatches", nlohmann::ordered_json::array()},
      {"unoptimised", report.unoptimised}};
  if (report.comparisons > 0) json["worst_place"] = place_json(report.worst_place);
  for (const slice::VerifyMismatch& mismatch : report.mismatches) {
    nlohmann::ordered_json entry = place_json(mismatch.place);
    entry["error"] = mismatch.error;
    entry["why"] = mismatch.why;
    json["mismatches"].push_back(std::move(entry));
  }
  return json;
}

void print_text(const VerifyFlags& flags, const model::Model& model, const VerifyReport& report) {
  constexpr std::size_t kShown = 10;
  const bool equal = report.mismatches.empty();
  std::cout << flags.model_file << ": " << (equal ? "all equal" : "MISMATCH") << '\n'
            << "  " << model.layers().exit_count() << " exits, " << model.layers().unit_count()
            << " units; " << report.cuts << " cuts and " << report.sets
            << " random sets checked, batch";
  for (const std::int64_t batch : report.batches) std::cout << ' ' << batch;
  std::cout << ", " << report.comparisons << " comparisons, " << report.slices << " slices\n"
            << "  worst error " << show_error(report.worst_error)
            << " of the largest output (tolerance " << show_error(flags.options.tolerance)
            << ") at " << show_place(report.worst_place) << '\n';
  for (std::size_t i = 0; i < report.mismatches.size() && i < kShown; ++i) {
    const slice::VerifyMismatch& mismatch = report.mismatches[i];
    std::cout << "  mismatch at " << show_place(mismatch.place) << ": " << mismatch.why << " ("
              << show_error(mismatch.error) << ")\n";
  }
  if (report.mismatches.size() > kShown) {
    std::cout << "  and " << report.mismatches.size() - kShown << " more (--json has all)\n";
  }
  if (!report.unoptimised.empty()) {
    std::cout << "  " << report.unoptimised.size() << " of " << report.slices
              << " slices run in a slower form because the fast one differs, e.g. "
              << report.unoptimised.front() << '\n';
  }
}

int run_verify(const VerifyFlags& flags) {
  slice::set_compute_threads(1);
  model::LoadOptions load;
  for (const std::string& shape : flags.shapes) {
    load.input_shapes.push_back(parse_shape(shape, "--input"));
  }
  const std::shared_ptr<const model::Model> model = model::Model::load(flags.model_file, load);
  slice::VerifyOptions options = flags.options;
  ProgressLine progress;
  options.progress = [&](const std::string& doing) { progress.show(doing); };
  VerifyReport report;
  try {
    report = slice::verify(model, options);
  } catch (const RunError& error) {
    throw InputError(std::string("it cannot be handled: ") + error.what(), flags.model_file, "",
                     InputKind::model);
  }
  progress.clear();
  if (flags.json) std::cout << report_json(flags, *model, report).dump(2) << '\n';
  const std::string untestable = why_untestable(report);
  if (!untestable.empty()) {
    std::cerr << "branchline: " << flags.model_file << ": " << untestable << '\n';
  } else if (!flags.json) {
    print_text(flags, *model, report);
  }
  return exit_code_of(report);
}

}  // namespace

Verb add_verify(CLI::App& app) {
  constexpr int kMany = 1'000'000;
  CLI::App* command = app.add_subcommand(
      "verify", "Check that the model cut anywhere gives what the whole model gives");
  const auto flags = std::make_shared<VerifyFlags>();
  command->add_option("MODEL", flags->model_file, "TorchScript file, traced or scripted")
      ->required();
  command
      ->add_option("--input", flags->shapes,
                   "Shape of an input, such as 1,3,224,224; one flag per input; default: the "
                   "manifest's")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command
      ->add_option("--tolerance", flags->options.tolerance,
                   "|a-b| allowed, as a share of the exit's largest output; default 1e-4")
      ->check(CLI::Range(1e-9, 1.0));
  command
      ->add_option("--cuts", flags->options.cuts,
                   "Cut vertices tried per exit, evenly spread; default: every one")
      ->check(CLI::Range(1, kMany));
  command
      ->add_option("--sets", flags->options.sets,
                   "Random predecessor-closed sets of units tried; default 16")
      ->check(CLI::Range(0, kMany));
  command->add_option("--seed", flags->options.seed, "Of the inputs and the sets; default 1");
  command->add_flag("--json", flags->json, "Print branchline.verify/1 (docs/verify.md)");
  command->footer(
      "Exit code 0: all equal; 1: a mismatch; 5: the model cannot be handled or tested.\n"
      "Example:\n  branchline verify resnet18.pt --input 1,3,224,224");
  return {command, [flags] { return run_verify(*flags); }};
}

}  // namespace branchline::apps
