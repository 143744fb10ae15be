#pragma once

#include <string>

namespace torch::jit {
struct Module;
}
namespace torch::optim {
class Optimizer;
}

namespace branchline::branchy_models {

/// Writes parameters, buffers, optimiser state and the number of epochs done; a crash leaves the
/// old file.
///
/// @param identity  what must agree when the run is resumed: network, recipe, seed
/// @throws RunError when the file cannot be written.
void save_checkpoint(const std::string& file, const std::string& identity, int epochs_done,
                     torch::jit::Module& module, torch::optim::Optimizer& optimizer);

/// @returns the number of epochs done.
/// @throws InputError when the file is missing, no checkpoint, or of another identity.
int load_checkpoint(const std::string& file, const std::string& identity,
                    torch::jit::Module& module, torch::optim::Optimizer& optimizer);

}  // namespace branchline::branchy_models
