#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <memory>

#include "apps/branchline/experiments/experiments.h"
#include "apps/branchline/experiments/output_flags.h"
#include "apps/branchline/experiments/picture_flags.h"
#include "apps/branchline/progress_line.h"
#include "apps/lab/codec_experiment.h"
#include "apps/lab/codec_report.h"
#include "apps/lab/edge_process.h"
#include "framework/base/error.h"
#include "framework/slice/compute_threads.h"

namespace branchline::apps {
namespace {

struct CodecFlags {
  PictureFlags pictures;
  OutputFlags output;
  bool full = false;
};

constexpr const char* kCodecModels[] = {"b_lenet-fashion", "b_alexnet-fashion", "b_alexnet-cifar10",
                                        "b_resnet-cifar10", "b_camera"};

std::vector<std::string> models_of(const PictureFlags& flags) {
  if (!flags.models.empty()) return flags.models;
  std::vector<std::string> models;
  for (const std::string model : kCodecModels) {
    models.push_back(lab::find_shipped_file("branchy_models/pretrained/" + model + ".pt"));
  }
  return models;
}

std::vector<lab::CodecReport> measure_all(const PictureFlags& flags) {
  std::vector<lab::CodecReport> reports;
  for (const std::string& file : models_of(flags)) {
    const auto model = model::Model::load(file);
    const lab::TestPictures pictures = pictures_for(*model, flags);
    if (!pictures.images) {
      std::cerr << file << " left out: " << pictures.problems << '\n';
      continue;
    }
    const branchy_models::FirstImages first(*pictures.images, flags.count_of(*pictures.images));
    const std::string network = std::filesystem::path(file).stem().string();
    ProgressLine progress;
    profile::CodecTable table =
        lab::measure_codecs(model, first, pictures.data_set, [&](std::int64_t done) {
          progress.show(network + ' ' + std::to_string(done) + " of " +
                        std::to_string(first.size()));
        });
    table.network = network;
    reports.push_back({model->layers(), std::move(table)});
  }
  if (reports.empty()) {
    throw InputError("no model has test pictures", "--data",
                     "give Fashion-MNIST's and CIFAR-10's folders");
  }
  return reports;
}

int run_codecs(const CodecFlags& flags, const CLI::App& command) {
  const auto folder = open_output(flags.output, command);
  slice::set_compute_threads(1);
  const std::vector<lab::CodecReport> reports = measure_all(flags.pictures);
  std::vector<profile::CodecTable> tables;
  for (const lab::CodecReport& report : reports) tables.push_back(report.table);
  if (folder) {
    folder->write("codecs.csv", lab::codec_csv(reports));
    folder->write("codecs.json", profile::to_json(tables));
    folder->write("codecs.txt", lab::codec_text(reports, true));
  }
  std::cout << (flags.output.json ? profile::to_json(tables)
                                  : lab::codec_text(reports, flags.full));
  return kDone;
}

}  // namespace

Verb add_codecs(CLI::App& experiment) {
  auto flags = std::make_shared<CodecFlags>();
  CLI::App* command = experiment.add_subcommand(
      "codecs", "What each codec makes of bytes and accuracy, on a model's own feature maps");
  add_picture_flags(*command, flags->pictures);
  command->add_flag("--full", flags->full, "Every cut, not the best ones alone");
  add_output_flags(*command, flags->output);
  command->footer("Example:\n  branchline experiment codecs b_camera.pt -o codecs");
  return {command, [flags, command] { return run_codecs(*flags, *command); }};
}

}  // namespace branchline::apps
