#include "apps/branchline/verbs/experiment_codecs.h"

#include <ATen/Parallel.h>

#include <filesystem>
#include <iostream>
#include <memory>

#include "apps/branchline/verbs/verbs.h"
#include "apps/lab/codec_experiment.h"
#include "apps/lab/codec_report.h"
#include "apps/lab/edge_process.h"
#include "apps/lab/run_folder.h"
#include "branchy_models/data_sets.h"
#include "framework/base/error.h"

namespace branchline::apps {
namespace {

using branchy_models::LabelledImages;

constexpr const char* kFashionMnist = "/usr/share/datasets/fashion-mnist";
constexpr const char* kZoo[] = {"b_lenet-fashion", "b_alexnet-fashion", "b_alexnet-cifar10",
                                "b_resnet-cifar10", "b_camera"};

std::vector<std::string> models_of(const CodecFlags& flags) {
  if (!flags.models.empty()) return flags.models;
  std::vector<std::string> models;
  for (const std::string model : kZoo) {
    models.push_back(lab::find_shipped_file("branchy_models/pretrained/" + model + ".pt"));
  }
  return models;
}

/// Of the first folder that suits the model; nullptr when none does.
std::unique_ptr<LabelledImages> pictures_for(const model::Model& model, const CodecFlags& flags,
                                             std::string& name) {
  for (const std::string& folder : flags.data) {
    try {
      return branchy_models::open_test_images(folder, model.manifest(), name);
    } catch (const InputError& error) {
      if (flags.data.size() == 1 && flags.models.size() == 1) throw;
    }
  }
  return nullptr;
}

std::vector<lab::CodecReport> measure_all(const CodecFlags& flags) {
  std::vector<lab::CodecReport> reports;
  for (const std::string& file : models_of(flags)) {
    const auto model = model::Model::load(file);
    std::string data_set;
    const auto images = pictures_for(*model, flags, data_set);
    if (!images) {
      std::cerr << file << " left out: no --data folder holds pictures for it\n";
      continue;
    }
    const branchy_models::FirstImages first(*images,
                                            flags.images > 0 ? flags.images : images->size());
    const std::string network = std::filesystem::path(file).stem().string();
    profile::CodecTable table = lab::measure_codecs(model, first, data_set, [&](std::int64_t done) {
      std::cerr << '\r' << network << ' ' << done << " of " << first.size() << std::flush;
    });
    std::cerr << '\n';
    table.network = network;
    reports.push_back({model->layers(), std::move(table)});
  }
  return reports;
}

}  // namespace

int run_codecs(const CodecFlags& given) {
  CodecFlags flags = given;
  if (flags.data.empty()) flags.data = {kFashionMnist};
  at::set_num_threads(1);
  const std::vector<lab::CodecReport> reports = measure_all(flags);
  if (reports.empty()) {
    throw InputError("no model has test pictures", "--data",
                     "give Fashion-MNIST's and CIFAR-10's folders");
  }
  std::vector<profile::CodecTable> tables;
  for (const lab::CodecReport& report : reports) tables.push_back(report.table);
  if (!flags.output.empty()) {
    const lab::RunFolder folder(flags.output);
    folder.write("codecs.csv", lab::codec_csv(reports));
    folder.write("codecs.json", profile::to_json(tables));
    folder.write("codecs.txt", lab::codec_text(reports, true));
  }
  std::cout << (flags.json ? profile::to_json(tables) : lab::codec_text(reports, flags.full));
  return kDone;
}

}  // namespace branchline::apps
