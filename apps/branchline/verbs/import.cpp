#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <memory>

#include "apps/branchline/flags.h"
#include "apps/branchline/verbs/manifest_table.h"
#include "apps/branchline/verbs/verbs.h"
#include "branchy_models/model_import.h"
#include "framework/base/error.h"
#include "framework/slice/compute_threads.h"

namespace branchline::apps {
namespace {

struct ImportFlags {
  branchy_models::ImportRequest request;
  std::string data;
  std::string output;
  bool json = false;
};

int run_import(ImportFlags& flags) {
  slice::set_compute_threads(1);
  if (!flags.output.empty()) {
    std::error_code failed;
    std::filesystem::copy_file(flags.request.model, flags.output,
                               std::filesystem::copy_options::overwrite_existing, failed);
    if (failed) throw InputError("cannot be copied: " + failed.message(), flags.request.model);
    flags.request.model = flags.output;
  }
  const model::ModelManifest manifest = branchy_models::import_model(flags.request, flags.data);
  std::cout << (flags.json ? model::to_json(manifest) : manifest_table(manifest));
  return kDone;
}

}  // namespace

Verb add_import(CLI::App& app) {
  auto flags = std::make_shared<ImportFlags>();
  branchy_models::ImportRequest& request = flags->request;
  CLI::App* command = app.add_subcommand(
      "import", "Check a TorchScript model from elsewhere and write its manifest into it");
  command->add_option("model", request.model, "File of torch.jit.save")->required();
  add_shape(*command, "--input", request.shape, "Shape of the input, e.g. 1,3,224,224")->required();
  command->add_option("--name", request.name, "Default: the file's name");
  command->add_option("--exits", request.exits, "Names of the exits, earliest first: a,b,c")
      ->delimiter(',')
      ->allow_extra_args(false);  // the model may follow
  command->add_option("--classes", request.classes, "Names of the classes: cat,dog,…")
      ->delimiter(',')
      ->allow_extra_args(false);
  command->add_flag("--image", request.is_image,
                    "The input is a picture: (pixel/255 - mean) / std of 1 or 3 channels");
  command->add_option("--mean", request.mean, "Per channel, default 0")
      ->delimiter(',')
      ->allow_extra_args(false);
  command->add_option("--std", request.std, "Per channel, default 1")
      ->delimiter(',')
      ->allow_extra_args(false);
  command->add_option("--jpeg-quality", request.jpeg_quality, "When the picture is sent as JPEG")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  command->add_option("--data", flags->data, "Calibrate on these pictures: a sub-folder per class");
  command->add_option("-o,--output", flags->output, "Write a copy instead of changing the file");
  command->add_flag("--json", flags->json, "Print the manifest as JSON");
  command->footer(
      "Example:\n  branchline import model.pt --input 1,3,64,64 --image --mean 0.5,0.5,0.5 --std "
      "0.25,0.25,0.25 --classes cat,dog --data pictures/");
  return {command, [flags] { return run_import(*flags); }};
}

}  // namespace branchline::apps
