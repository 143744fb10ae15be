#include "framework/slice/slice_cache.h"

#include <gtest/gtest.h>

#include <future>

#include "framework/base/error.h"
#include "test_models.h"

namespace branchline::slice {
namespace {

using testing::two_exit_model;

SliceSpec prefix(const model::Model& model, std::int32_t last) {
  const std::int32_t count = model.layers().unit_count();
  return slice_between(model.layers(), {{1, last}}, {{last + 1, count - 1}}, {0, 1});
}

constexpr std::int64_t kPlenty = 1 << 30;

TEST(SliceCache, CompilesInTheBackgroundAndThenFinds) {
  const auto model = two_exit_model();
  SliceCache cache(kPlenty);
  const SliceSpec spec = prefix(*model, 1);
  EXPECT_EQ(cache.find(*model, spec), nullptr);
  std::promise<std::shared_ptr<const Slice>> ready;
  cache.prepare(model, spec, [&](const auto& slice, const std::string& error) {
    EXPECT_EQ(error, "");
    ready.set_value(slice);
  });
  const std::shared_ptr<const Slice> slice = ready.get_future().get();
  ASSERT_NE(slice, nullptr);
  EXPECT_EQ(cache.find(*model, spec), slice);
  EXPECT_EQ(cache.get(model, spec), slice);
  EXPECT_EQ(cache.bytes(), slice->bytes());
  EXPECT_EQ(cache.pending(), 0U);
}

TEST(SliceCache, CompilesOnceForAllWhoAsk) {
  const auto model = two_exit_model();
  SliceCache cache(kPlenty);
  std::vector<std::promise<std::shared_ptr<const Slice>>> ready(4);
  for (auto& promise : ready) {
    cache.prepare(model, prefix(*model, 2),
                  [&promise](const auto& slice, const std::string&) { promise.set_value(slice); });
  }
  const std::shared_ptr<const Slice> first = ready[0].get_future().get();
  for (std::size_t i = 1; i < ready.size(); ++i) EXPECT_EQ(ready[i].get_future().get(), first);
}

TEST(SliceCache, LetsTheLeastRecentlyUsedGo) {
  const auto model = two_exit_model();
  const SliceSpec a = prefix(*model, 1), b = prefix(*model, 2), c = prefix(*model, 3);
  std::int64_t two_of_three = 0;
  {
    SliceCache all(kPlenty);
    two_of_three = all.get(model, a)->bytes() + all.get(model, c)->bytes();
  }
  SliceCache cache(two_of_three);
  cache.get(model, a);
  cache.get(model, b);
  EXPECT_NE(cache.find(*model, a), nullptr);  // used after b
  cache.get(model, c);
  EXPECT_NE(cache.find(*model, a), nullptr);
  EXPECT_EQ(cache.find(*model, b), nullptr);
  EXPECT_NE(cache.find(*model, c), nullptr);
  EXPECT_LE(cache.bytes(), two_of_three);
}

TEST(SliceCache, KeepsTheMostRecentSliceWhateverItsSize) {
  const auto model = two_exit_model();
  SliceCache cache(1);
  EXPECT_NE(cache.get(model, prefix(*model, 1)), nullptr);
  EXPECT_NE(cache.find(*model, prefix(*model, 1)), nullptr);
  cache.get(model, prefix(*model, 2));
  EXPECT_EQ(cache.find(*model, prefix(*model, 1)), nullptr);
}

TEST(SliceCache, TakesBackWhatSomebodyStillHolds) {
  const auto model = two_exit_model();
  SliceCache cache(1);
  auto held = cache.get(model, prefix(*model, 1));
  const auto other = cache.get(model, prefix(*model, 2));
  EXPECT_EQ(cache.get(model, prefix(*model, 1)), held);
  EXPECT_EQ(cache.bytes(), held->bytes());
  EXPECT_EQ(cache.find(*model, prefix(*model, 2)), other);
  held.reset();
  EXPECT_EQ(cache.find(*model, prefix(*model, 1)), nullptr);
}

TEST(SliceCache, ReportsWhatDoesNotCompile) {
  const auto model = two_exit_model();
  SliceCache cache(kPlenty);
  const SliceSpec bad{{{1, 1}}, {{2, 0}}};
  EXPECT_THROW(cache.get(model, bad), RunError);
  std::promise<std::string> text;
  cache.prepare(model, bad, [&](const auto& slice, const std::string& error) {
    EXPECT_EQ(slice, nullptr);
    text.set_value(error);
  });
  EXPECT_NE(text.get_future().get(), "");
}

TEST(SliceCache, CallsEverybodyBackWhenItCloses) {
  const auto model = two_exit_model();
  int answered = 0;
  {
    SliceCache cache(kPlenty);
    for (std::int32_t last = 1; last + 1 < model->layers().unit_count(); ++last) {
      cache.prepare(model, prefix(*model, last), [&](const auto& slice, const std::string& error) {
        EXPECT_NE(slice == nullptr, error.empty());
        ++answered;
      });
    }
  }
  EXPECT_EQ(answered, model->layers().unit_count() - 2);
}

TEST(SliceCache, KeepsWhatItHasAndCompilesNoMoreOnceStopped) {
  const auto model = two_exit_model();
  SliceCache cache(kPlenty);
  const auto slice = cache.get(model, prefix(*model, 1));
  cache.stop();
  EXPECT_EQ(cache.find(*model, prefix(*model, 1)), slice);
  std::string text;
  cache.prepare(model, prefix(*model, 2),
                [&text](const auto&, const std::string& error) { text = error; });
  EXPECT_NE(text, "") << "nobody waits for what never comes";
}

TEST(SliceCache, ToleratesACallbackThatAsksForMore) {
  const auto model = two_exit_model();
  SliceCache cache(kPlenty);
  std::promise<bool> done;
  cache.prepare(model, prefix(*model, 1), [&](const auto&, const std::string&) {
    cache.prepare(model, prefix(*model, 2),
                  [&](const auto& slice, const std::string&) { done.set_value(slice != nullptr); });
  });
  EXPECT_TRUE(done.get_future().get());
}

}  // namespace
}  // namespace branchline::slice
