#include <torch/script.h>

#include <CLI/CLI.hpp>
#include <exception>
#include <iostream>
#include <memory>

#include "apps/branchline/verbs/manifest_table.h"
#include "apps/branchline/verbs/verbs.h"
#include "branchy_models/b_camera.h"
#include "branchy_models/calibration.h"
#include "branchy_models/data_sets.h"
#include "framework/base/error.h"
#include "framework/slice/compute_threads.h"

namespace branchline::apps {
namespace {

struct CalibrateFlags {
  std::string model;
  std::string data;
  branchy_models::CalibrationOptions options;
  std::int64_t limit = 0;
  bool json = false;
};

int run_calibrate(const CalibrateFlags& flags) {
  slice::set_compute_threads(1);
  model::ModelManifest manifest = model::read_manifest(flags.model);
  if (manifest.inputs.size() != 1 || !manifest.inputs.front().is_image) {
    throw InputError("declares no single image input in its manifest", flags.model,
                     "declare it with 'branchline import --image'", InputKind::model);
  }
  std::string data_set;
  const auto images = branchy_models::open_test_images(flags.data, manifest, data_set);
  const branchy_models::FirstImages first(*images, flags.limit > 0 ? flags.limit : images->size());
  torch::jit::Module module;
  try {
    module = torch::jit::load(flags.model);
  } catch (const std::exception&) {
    throw InputError("cannot be loaded by this LibTorch", flags.model, "", InputKind::model);
  }
  branchy_models::calibrate(module, first, flags.options, manifest);
  manifest.data_set = data_set + ", " + std::to_string(first.size()) + " images";
  model::write_manifest(flags.model, manifest);
  std::cout << (flags.json ? model::to_json(manifest) : manifest_table(manifest));
  return kDone;
}

}  // namespace

Verb add_calibrate(CLI::App& app) {
  auto flags = std::make_shared<CalibrateFlags>();
  flags->options.crossing = branchy_models::kCameraBottleneck;
  CLI::App* command = app.add_subcommand(
      "calibrate",
      "Measure accuracy, entropy thresholds and leave shares per exit; write them into the model");
  command->add_option("model", flags->model, "TorchScript file with a manifest")->required();
  command
      ->add_option("--data", flags->data,
                   "Test pictures: Fashion-MNIST's or CIFAR-10's folder, or one with a sub-folder "
                   "of pictures per class")
      ->required();
  command
      ->add_option("--allowed-loss", flags->options.allowed_loss,
                   "Accuracy that leaving early may cost, 0..1")
      ->check(CLI::Range(0.0, 1.0))
      ->capture_default_str();
  command
      ->add_option("--crossing", flags->options.crossing,
                   "Value whose crossing as fp16 and int8 is measured, where the network has it")
      ->capture_default_str();
  command->add_option("--limit", flags->limit, "Use only the first so many pictures")
      ->check(CLI::PositiveNumber);
  command->add_flag("--json", flags->json, "Print the manifest as JSON");
  command->footer(
      "The network and its digest stay the same: only the manifest changes.\nExample:\n  "
      "branchline "
      "calibrate b_lenet.pt --data /usr/share/datasets/fashion-mnist");
  return {command, [flags] { return run_calibrate(*flags); }};
}

}  // namespace branchline::apps
