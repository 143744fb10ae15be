#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <iostream>
#include <memory>

#include "apps/branchline/flags.h"
#include "apps/branchline/verbs/manifest_table.h"
#include "apps/branchline/verbs/verbs.h"
#include "branchy_models/model_zoo.h"
#include "branchy_models/zoo_training.h"
#include "framework/slice/compute_threads.h"

namespace branchline::apps {
namespace {

using branchy_models::TrainingProgress;
using branchy_models::ZooTrainingRequest;
using Clock = std::chrono::steady_clock;

struct TrainFlags {
  ZooTrainingRequest request;
  int epochs = 0;
  double learning_rate = 0;
  std::int64_t samples = 0;
  int threads = 1;
  bool json = false;
};

/// One line that is written over on a terminal; elsewhere a line per epoch.
class EpochLine {
 public:
  void show(const TrainingProgress& progress) {
    const bool ends_epoch = progress.step == progress.steps;
    if (!ends_epoch && (!is_terminal_ || progress.step % 10 != 0)) return;
    // Steps before the first call belong to a run that was resumed.
    const std::int64_t done = std::int64_t{progress.epoch - 1} * progress.steps + progress.step;
    if (first_done_ < 0) {
      first_done_ = done;
      started_ = Clock::now();
    }
    const std::chrono::duration<double> spent = Clock::now() - started_;
    std::string left;
    if (done > first_done_) {
      const double left_s = spent.count() / static_cast<double>(done - first_done_) *
                            static_cast<double>(progress.epochs * progress.steps - done);
      left = fmt::format(
          "  left {}",
          show_duration(std::chrono::nanoseconds(static_cast<std::int64_t>(left_s * 1e9))));
    }
    std::cerr << (is_terminal_ ? "\r" : "")
              << fmt::format("epoch {}/{}  step {}/{}  loss {:.4f}{}", progress.epoch,
                             progress.epochs, progress.step, progress.steps, progress.loss, left)
              << (is_terminal_ && !ends_epoch ? "   " : "\n") << std::flush;
  }

 private:
  bool is_terminal_ = isatty(STDERR_FILENO) == 1;
  std::int64_t first_done_ = -1;
  Clock::time_point started_;
};

int run_train(TrainFlags& flags) {
  slice::set_compute_threads(flags.threads);
  if (flags.epochs > 0) flags.request.epochs = flags.epochs;
  if (flags.learning_rate > 0) flags.request.learning_rate = flags.learning_rate;
  if (flags.samples > 0) flags.request.samples = flags.samples;
  EpochLine line;
  flags.request.on_progress = [&](const TrainingProgress& progress) { line.show(progress); };
  const model::ModelManifest manifest = branchy_models::train_zoo_model(flags.request);
  std::cout << (flags.json ? model::to_json(manifest) : manifest_table(manifest));
  return kDone;
}

std::string zoo_names() {
  std::string names;
  for (const auto& model : branchy_models::model_zoo()) {
    names += fmt::format("  {:<14}{}\n", model.name, model.summary);
  }
  return names;
}

}  // namespace

Verb add_train(CLI::App& app) {
  auto flags = std::make_shared<TrainFlags>();
  CLI::App* command = app.add_subcommand("train", "Train a network of the zoo and calibrate it");
  command->add_option("network", flags->request.network, "Network of the zoo")->required();
  command
      ->add_option("--data", flags->request.data,
                   "Folder of Fashion-MNIST (Debian: dataset-fashion-mnist) or CIFAR-10")
      ->required();
  command->add_option("-o,--output", flags->request.output, "Model file to write")->required();
  command->add_option("--epochs", flags->epochs, "In place of the recipe's")
      ->check(CLI::PositiveNumber);
  command->add_option("--learning-rate", flags->learning_rate, "Peak, in place of the recipe's")
      ->check(CLI::PositiveNumber);
  command->add_option("--seed", flags->request.seed, "Of weights, order, augmentation and frames");
  command->add_option("--samples", flags->samples, "Camera networks: frames in an epoch")
      ->check(CLI::PositiveNumber);
  command
      ->add_option("--video", flags->request.videos,
                   "Camera networks: background video, may be repeated "
                   "(default: the videos of Debian's opencv-doc)")
      ->allow_extra_args(false);
  command->add_option("--threads", flags->threads, "For the mathematics")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  command->add_flag("--resume", flags->request.resume,
                    "Continue from OUTPUT.ckpt, written after each epoch");
  command->add_flag("--json", flags->json, "Print the manifest as JSON");
  command->footer("Networks:\n" + zoo_names() +
                  "Example:\n  branchline train b_lenet --data /usr/share/datasets/fashion-mnist "
                  "--seed 1 -o b_lenet.pt");
  return {command, [flags] { return run_train(*flags); }};
}

}  // namespace branchline::apps
