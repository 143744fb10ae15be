#include "framework/slice/graph_runner.h"

#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include <exception>
#include <utility>

#include "framework/base/error.h"
#include "framework/slice/boundary_value.h"

namespace branchline::slice {

namespace {

/// oneDNN asks OpenMP for the number of threads, and OpenMP keeps it per calling thread: without
/// this a thread of ours computes with as many threads as there are cores, whatever
/// at::set_num_threads said in main.
void adopt_thread_count() {
  thread_local const bool adopted = (at::init_num_threads(), true);
  static_cast<void>(adopted);
}

}  // namespace

GraphRunner::GraphRunner(std::shared_ptr<torch::jit::Graph> graph, std::string name)
    : graph_(std::move(graph)), name_(std::move(name)), code_(graph_, name_) {}

std::vector<at::Tensor> GraphRunner::run(const std::vector<at::Tensor>& inputs) const {
  BL_EXPECT(inputs.size() == graph_->inputs().size(),
            name_ + " takes " + std::to_string(graph_->inputs().size()) + " inputs, not " +
                std::to_string(inputs.size()));
  adopt_thread_count();
  const c10::InferenceMode no_gradients;
  try {
    torch::jit::Stack stack;
    stack.reserve(inputs.size());
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      stack.push_back(from_boundary(inputs[i], *graph_->inputs()[i]->type()));
    }
    torch::jit::InterpreterState(code_).run(stack);
    std::vector<at::Tensor> outputs;
    outputs.reserve(stack.size());
    for (const c10::IValue& value : stack) outputs.push_back(to_boundary(value));
    return outputs;
  } catch (const std::logic_error&) {
    throw;
  } catch (const std::exception& error) {
    throw RunError(name_ + ": " + torch_message(error));
  }
}

std::string torch_message(const std::exception& error) {
  const std::string text = error.what();
  // A failure inside TorchScript reads "The following operation failed in the TorchScript
  // interpreter. Traceback … RuntimeError: <what happened>".
  const std::string marker = "RuntimeError: ";
  const std::size_t found = text.rfind(marker);
  const std::string what = found == std::string::npos ? text : text.substr(found + marker.size());
  return what.substr(0, what.find('\n'));
}

}  // namespace branchline::slice
