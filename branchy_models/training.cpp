#include "branchy_models/training.h"

#include <fmt/format.h>
#include <torch/csrc/jit/python/update_graph_executor_opt.h>
#include <torch/script.h>
#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "branchy_models/augmentation.h"
#include "branchy_models/checkpoint.h"
#include "branchy_models/exit_tensors.h"
#include "branchy_models/random_stream.h"
#include "framework/base/error.h"

namespace branchline::branchy_models {
namespace {

/// The plain interpreter: the profiling executor compiles differentiable graphs, which costs
/// minutes and gains nothing here.
class PlainExecutor {
 public:
  PlainExecutor() : was_on_(torch::jit::getGraphExecutorOptimize()) {
    torch::jit::setGraphExecutorOptimize(false);
  }
  ~PlainExecutor() { torch::jit::setGraphExecutorOptimize(was_on_); }
  PlainExecutor(const PlainExecutor&) = delete;
  PlainExecutor& operator=(const PlainExecutor&) = delete;

 private:
  bool was_on_;
};

std::vector<std::int64_t> shuffled(std::int64_t count, std::uint64_t seed, std::uint64_t epoch) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), 0);
  RandomStream random({seed, epoch, 0x73687566});
  for (std::int64_t i = count - 1; i > 0; --i) {
    std::swap(order[static_cast<std::size_t>(i)],
              order[static_cast<std::size_t>(random.below(i + 1))]);
  }
  return order;
}

double one_cycle_rate(const TrainingRecipe& recipe, double progress) {
  constexpr double kWarmUp = 0.2;
  if (progress < kWarmUp) return recipe.learning_rate * (0.05 + 0.95 * progress / kWarmUp);
  const double cooled = (progress - kWarmUp) / (1 - kWarmUp);
  return recipe.learning_rate * (0.5 + 0.5 * std::cos(std::numbers::pi * cooled)) + 1e-6;
}

torch::Tensor joint_loss(const std::vector<torch::Tensor>& exits, const torch::Tensor& labels,
                         const TrainingRecipe& recipe) {
  const auto options =
      torch::nn::functional::CrossEntropyFuncOptions().label_smoothing(recipe.label_smoothing);
  torch::Tensor loss;
  for (std::size_t exit = 0; exit < exits.size(); ++exit) {
    const double weight = recipe.exit_weights.empty() ? 1.0 : recipe.exit_weights.at(exit);
    const auto term = weight * torch::nn::functional::cross_entropy(exits[exit], labels, options);
    loss = loss.defined() ? loss + term : term;
  }
  return loss;
}

class TrainingLoop {
 public:
  TrainingLoop(Network& network, const LabelledImages& images, const Normalisation& normalisation,
               const TrainingRecipe& recipe, const TrainingRun& run)
      : module_(*network.module),
        images_(images),
        normalisation_(normalisation),
        recipe_(recipe),
        run_(run),
        steps_(images.size() / recipe.batch),
        optimizer_(
            use_channels_last(module_),
            torch::optim::AdamWOptions(recipe.learning_rate).weight_decay(recipe.weight_decay)) {}

  void train_epoch(int epoch) {
    // Everything random is named by seed and epoch, so that a resumed run repeats it.
    torch::manual_seed(RandomStream({run_.seed, static_cast<std::uint64_t>(epoch)}).next());
    module_.train();
    const std::vector<std::int64_t> order =
        shuffled(images_.size(), run_.seed, static_cast<std::uint64_t>(epoch));
    double loss_sum = 0;
    for (std::int64_t step = 0; step < steps_; ++step) {
      loss_sum += train_step(epoch, step, order);
      if (run_.on_progress) {
        run_.on_progress({epoch + 1, recipe_.epochs, step + 1, steps_,
                          loss_sum / static_cast<double>(step + 1)});
      }
    }
  }

  torch::optim::Optimizer& optimizer() { return optimizer_; }

 private:
  static std::vector<torch::Tensor> use_channels_last(torch::jit::Module& module) {
    std::vector<torch::Tensor> parameters;
    for (torch::Tensor parameter : module.parameters()) {
      if (parameter.dim() == 4) {
        parameter.set_data(parameter.contiguous(torch::MemoryFormat::ChannelsLast));
      }
      parameter.set_requires_grad(true);
      parameters.push_back(parameter);
    }
    return parameters;
  }

  double train_step(int epoch, std::int64_t step, const std::vector<std::int64_t>& order) {
    std::vector<Image> batch;
    std::vector<std::int64_t> labels;
    for (std::int64_t i = 0; i < recipe_.batch; ++i) {
      const std::int64_t index = order[static_cast<std::size_t>(step * recipe_.batch + i)];
      LabelledImage labelled = images_.at(index, static_cast<std::uint64_t>(epoch));
      RandomStream random({run_.seed, static_cast<std::uint64_t>(epoch),
                           static_cast<std::uint64_t>(index), 0x617567});
      batch.push_back(augmented(labelled.image, recipe_, random));
      labels.push_back(labelled.label);
    }
    const double progress =
        (epoch + static_cast<double>(step) / static_cast<double>(steps_)) / recipe_.epochs;
    for (auto& group : optimizer_.param_groups()) {
      group.options().set_lr(one_cycle_rate(recipe_, progress));
    }
    const auto exits = forward_exits(module_, make_input_batch(batch, normalisation_));
    const torch::Tensor loss = joint_loss(exits, torch::tensor(labels), recipe_);
    optimizer_.zero_grad();
    loss.backward();
    optimizer_.step();
    const double value = loss.item<double>();
    if (!std::isfinite(value)) throw RunError("the loss is no longer finite: lower the rate");
    return value;
  }

  torch::jit::Module& module_;
  const LabelledImages& images_;
  const Normalisation& normalisation_;
  const TrainingRecipe& recipe_;
  const TrainingRun& run_;
  std::int64_t steps_;
  torch::optim::AdamW optimizer_;
};

/// What must agree between the run that wrote a checkpoint and the one that resumes it.
std::string describe(const Network& network, const LabelledImages& images,
                     const TrainingRecipe& recipe, const TrainingRun& run) {
  std::string text = fmt::format(
      "seed {} images {} epochs {} batch {} rate {} decay {} smoothing {} mirror {} shift {}",
      run.seed, images.size(), recipe.epochs, recipe.batch, recipe.learning_rate,
      recipe.weight_decay, recipe.label_smoothing, recipe.is_mirrored, recipe.shift);
  for (const double weight : recipe.exit_weights) text += fmt::format(" {}", weight);
  for (const Layer& layer : network.layers) text += fmt::format(" {}", layer.name);
  return text;
}

}  // namespace

void train(Network& network, const LabelledImages& images, const Normalisation& normalisation,
           const TrainingRecipe& recipe, const TrainingRun& run) {
  BL_EXPECT(images.size() >= recipe.batch, "the data set is smaller than one batch");
  const PlainExecutor plain_executor;
  TrainingLoop loop(network, images, normalisation, recipe, run);
  const std::string identity = describe(network, images, recipe, run);
  int epoch = 0;
  if (run.resume) {
    epoch = load_checkpoint(run.checkpoint_file, identity, *network.module, loop.optimizer());
  }
  for (; epoch < recipe.epochs; ++epoch) {
    loop.train_epoch(epoch);
    if (!run.checkpoint_file.empty()) {
      save_checkpoint(run.checkpoint_file, identity, epoch + 1, *network.module, loop.optimizer());
    }
  }
  network.module->eval();
}

}  // namespace branchline::branchy_models
