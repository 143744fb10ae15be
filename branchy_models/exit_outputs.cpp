#include "branchy_models/exit_outputs.h"

#include <torch/script.h>

#include <algorithm>

#include "branchy_models/exit_tensors.h"
#include "framework/base/error.h"

namespace branchline::branchy_models {
namespace {

constexpr std::int64_t kEvaluationBatch = 64;

void append_logits(const torch::Tensor& logits, std::int64_t batch, std::vector<float>& out) {
  if (logits.dim() != 2 || logits.size(0) != batch) {
    throw InputError("an exit returns no batch x classes tensor", "the model's forward",
                     "return one logits tensor per exit", InputKind::model);
  }
  const torch::Tensor rows = logits.to(torch::kFloat).contiguous();
  out.insert(out.end(), rows.data_ptr<float>(), rows.data_ptr<float>() + rows.numel());
}

}  // namespace

std::vector<double> accuracy_per_exit(const ExitOutputs& outputs) {
  std::vector<double> accuracy;
  for (const std::vector<float>& logits : outputs.logits) {
    std::int64_t right = 0;
    for (std::int64_t i = 0; i < outputs.images; ++i) {
      const auto row = logits.begin() + i * outputs.classes;
      const auto best = std::max_element(row, row + outputs.classes) - row;
      if (best == outputs.labels[static_cast<std::size_t>(i)]) ++right;
    }
    accuracy.push_back(static_cast<double>(right) / static_cast<double>(outputs.images));
  }
  return accuracy;
}

ExitOutputs run_exits(torch::jit::Module& module, const LabelledImages& images,
                      const Normalisation& normalisation,
                      const std::function<Image(const Image&)>& change) {
  const torch::NoGradGuard no_grad;
  module.eval();
  ExitOutputs outputs;
  outputs.images = images.size();
  for (std::int64_t first = 0; first < images.size(); first += kEvaluationBatch) {
    const std::int64_t count = std::min(kEvaluationBatch, images.size() - first);
    std::vector<Image> batch;
    for (std::int64_t i = first; i < first + count; ++i) {
      LabelledImage labelled = images.at(i, 0);
      batch.push_back(change ? change(labelled.image) : std::move(labelled.image));
      outputs.labels.push_back(labelled.label);
    }
    const std::vector<torch::Tensor> exits =
        forward_exits(module, make_input_batch(batch, normalisation));
    outputs.logits.resize(exits.size());
    for (std::size_t exit = 0; exit < exits.size(); ++exit) {
      append_logits(exits[exit], count, outputs.logits[exit]);
    }
    outputs.classes = exits.front().size(1);
  }
  return outputs;
}

}  // namespace branchline::branchy_models
