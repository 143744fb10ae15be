#include "branchy_models/training.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/script.h>

#include <set>

#include "branchy_models/augmentation.h"
#include "branchy_models/exit_outputs.h"
#include "branchy_models/model_zoo.h"
#include "framework/base/error.h"
#include "tests/branchy_models/small_images.h"
#include "tests/branchy_models/temporary_folder.h"

namespace branchline::branchy_models {
namespace {

const Normalisation kPlain{{0.5F, 0.5F, 0.5F}, {0.25F, 0.25F, 0.25F}};

/// b_alexnet has dropout, b_resnet buffers: both must survive a resume.
Network small_network(const std::string& name, std::uint64_t seed = 3) {
  return build_untrained(find_zoo_model(name), {3, 32, 32, 4}, seed);
}

TrainingRecipe short_recipe(int epochs) {
  TrainingRecipe recipe;
  recipe.epochs = epochs;
  recipe.batch = 8;
  recipe.learning_rate = 1e-3;
  recipe.is_mirrored = false;
  recipe.shift = 2;
  return recipe;
}

std::vector<at::Tensor> weights_of(const Network& network) {
  std::vector<at::Tensor> weights;
  for (const at::Tensor& parameter : network.module->parameters()) {
    weights.push_back(parameter.detach().clone());
  }
  for (const at::Tensor& buffer : network.module->buffers()) weights.push_back(buffer.clone());
  return weights;
}

void expect_equal(const std::vector<at::Tensor>& a, const std::vector<at::Tensor>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_TRUE(torch::equal(a[i], b[i])) << i;
}

TEST(Training, LearnsAtEveryExit) {
  const StoredImages images = corner_images(64, 1);
  Network network = small_network("b_lenet");
  train(network, images, kPlain, short_recipe(6), {});
  const auto outputs = run_exits(*network.module, corner_images(40, 2), kPlain);
  EXPECT_THAT(accuracy_per_exit(outputs), testing::Each(testing::Ge(0.9)));
}

TEST(Training, ResumedEqualsUninterrupted) {
  const StoredImages images = corner_images(24, 1);
  for (const char* name : {"b_alexnet", "b_resnet"}) {
    SCOPED_TRACE(name);
    const TemporaryFolder folder;
    Network whole = small_network(name);
    train(whole, images, kPlain, short_recipe(3), {});

    struct Stop {};
    TrainingRun run;
    run.checkpoint_file = folder.path("checkpoint");
    run.on_progress = [](const TrainingProgress& progress) {
      if (progress.epoch == 3 && progress.step == 2) throw Stop();
    };
    Network interrupted = small_network(name);
    EXPECT_THROW(train(interrupted, images, kPlain, short_recipe(3), run), Stop);

    run.resume = true;
    int first_epoch = 0;
    run.on_progress = [&](const TrainingProgress& progress) {
      if (first_epoch == 0) first_epoch = progress.epoch;
    };
    Network resumed = small_network(name, /*seed=*/99);  // the checkpoint replaces all weights
    train(resumed, images, kPlain, short_recipe(3), run);
    EXPECT_EQ(first_epoch, 3);
    expect_equal(weights_of(whole), weights_of(resumed));
  }
}

TEST(Training, RefusesACheckpointOfAnotherRun) {
  const StoredImages images = corner_images(8, 1);
  const TemporaryFolder folder;
  TrainingRun run;
  run.checkpoint_file = folder.path("checkpoint");
  Network network = small_network("b_lenet");
  train(network, images, kPlain, short_recipe(1), run);

  run.resume = true;
  EXPECT_THROW(train(network, images, kPlain, short_recipe(2), run), InputError);  // other recipe
  run.seed = 2;
  EXPECT_THROW(train(network, images, kPlain, short_recipe(1), run), InputError);
  Network other = small_network("b_resnet");
  run.seed = 1;
  EXPECT_THROW(train(other, images, kPlain, short_recipe(1), run), InputError);
  folder.write("checkpoint", {'n', 'o'});
  EXPECT_THROW(train(network, images, kPlain, short_recipe(1), run), InputError);
}

TEST(Training, ExitWeightsDecideWhatIsLearned) {
  const StoredImages images = corner_images(64, 1);
  Network network = small_network("b_lenet");
  TrainingRecipe recipe = short_recipe(4);
  recipe.weight_decay = 0;
  recipe.exit_weights = {0, 0, 1};
  const auto before = network.module->attr("exit1_fc_weight").toTensor().clone();
  train(network, images, kPlain, recipe, {});
  EXPECT_TRUE(torch::equal(before, network.module->attr("exit1_fc_weight").toTensor()));
}

TEST(Training, SaysWhenTheLossIsNoLongerFinite) {
  TrainingRecipe recipe = short_recipe(3);
  recipe.learning_rate = 1e30;
  Network network = small_network("b_lenet");
  EXPECT_THROW(train(network, corner_images(64, 1), kPlain, recipe, {}), RunError);
}

TEST(Augmentation, MirrorsAndShiftsWithRepeatedEdges) {
  const Image image{1, 4, 1, {1, 2, 3, 4}};
  TrainingRecipe recipe;
  RandomStream random({1});
  EXPECT_EQ(augmented(image, recipe, random), image);

  recipe.is_mirrored = true;
  recipe.shift = 1;
  std::set<std::vector<int>> seen;
  for (int i = 0; i < 200; ++i) {
    const Image changed = augmented(image, recipe, random);
    seen.emplace(changed.pixels.begin(), changed.pixels.end());
  }
  const std::set<std::vector<int>> expected = {{1, 2, 3, 4}, {1, 1, 2, 3}, {2, 3, 4, 4},
                                               {4, 3, 2, 1}, {3, 2, 1, 1}, {4, 4, 3, 2}};
  EXPECT_EQ(seen, expected);
}

}  // namespace
}  // namespace branchline::branchy_models
