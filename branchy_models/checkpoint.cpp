#include "branchy_models/checkpoint.h"

#include <torch/script.h>
#include <torch/torch.h>

#include <exception>
#include <filesystem>

#include "framework/base/error.h"

namespace branchline::branchy_models {

void save_checkpoint(const std::string& file, const std::string& identity, int epochs_done,
                     torch::jit::Module& module, torch::optim::Optimizer& optimizer) {
  try {
    torch::serialize::OutputArchive archive;
    torch::serialize::OutputArchive optimizer_archive;
    for (const auto& parameter : module.named_parameters()) {
      archive.write("parameter_" + parameter.name, parameter.value);
    }
    for (const auto& buffer : module.named_buffers()) {
      archive.write("buffer_" + buffer.name, buffer.value, /*is_buffer=*/true);
    }
    optimizer.save(optimizer_archive);
    archive.write("optimizer", optimizer_archive);
    archive.write("identity", c10::IValue(identity));
    archive.write("epochs_done", c10::IValue(static_cast<std::int64_t>(epochs_done)));
    archive.save_to(file + ".tmp");
    std::filesystem::rename(file + ".tmp", file);
  } catch (const std::exception& error) {
    throw RunError(file + ": the checkpoint cannot be written: " + error.what());
  }
}

int load_checkpoint(const std::string& file, const std::string& identity,
                    torch::jit::Module& module, torch::optim::Optimizer& optimizer) {
  if (!std::filesystem::exists(file)) {
    throw InputError("there is no checkpoint", file,
                     "a training that ended has removed its own; train from the start");
  }
  torch::serialize::InputArchive archive;
  c10::IValue found_identity;
  c10::IValue epochs_done;
  try {
    archive.load_from(file);
    archive.read("identity", found_identity);
    archive.read("epochs_done", epochs_done);
  } catch (const std::exception&) {
    throw InputError("is not a checkpoint of 'branchline train'", file, "train from the start");
  }
  if (found_identity.toStringRef() != identity) {
    throw InputError("was written with another network, data size, recipe or seed", file,
                     "repeat the flags of the run that wrote it");
  }
  const torch::NoGradGuard no_grad;
  for (const auto& parameter : module.named_parameters()) {
    torch::Tensor stored;
    archive.read("parameter_" + parameter.name, stored);
    parameter.value.copy_(stored);
  }
  for (const auto& buffer : module.named_buffers()) {
    torch::Tensor stored;
    archive.read("buffer_" + buffer.name, stored, /*is_buffer=*/true);
    buffer.value.copy_(stored);
  }
  torch::serialize::InputArchive optimizer_archive;
  archive.read("optimizer", optimizer_archive);
  optimizer.load(optimizer_archive);
  return static_cast<int>(epochs_done.toInt());
}

}  // namespace branchline::branchy_models
