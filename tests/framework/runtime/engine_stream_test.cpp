#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <vector>

#include "tests/framework/runtime/scripted_edge.h"
#include "tests/framework/runtime/tiny_engine.h"
#include "tests/support/eventually.h"

namespace branchline {
namespace {

using namespace testing;

/// Collects results on the engine's thread.
class Heard {
 public:
  std::function<void(Result)> callback() {
    return [this](Result result) {
      const std::lock_guard lock(mutex_);
      results_.push_back(std::move(result));
    };
  }
  bool all(std::size_t count) {
    return eventually(kPatience, [&] { return results().size() == count; });
  }
  std::vector<Result> results() {
    const std::lock_guard lock(mutex_);
    return results_;
  }

 private:
  std::mutex mutex_;
  std::vector<Result> results_;
};

void expect_frame_order(const std::vector<Result>& results) {
  for (std::size_t i = 0; i < results.size(); ++i) EXPECT_EQ(results[i].frame, i);
}

/// Once it holds: answers nothing until `enough` requests are there, then all of them, the newest
/// first, and from then on, as before, each at once.
class LateEdge {
 public:
  explicit LateEdge(std::size_t enough) : enough_(enough), edge_(tiny_digest()) {
    edge_.on_request([this](transport::Channel& channel, const transport::Message& message) {
      const auto& request = std::get<transport::Request>(message.body);
      waiting_.push_back({message.id, request.plan.outputs.at(0)});
      if (hold_ && waiting_.size() < enough_) return;
      hold_ = false;
      for (auto one = waiting_.rbegin(); one != waiting_.rend(); ++one) {
        channel.send({one->id, answer_with({1, 4}, one->value)});
      }
      waiting_.clear();
    });
  }
  std::string address() const { return edge_.address(); }
  void hold() { hold_ = true; }

 private:
  struct Waiting {
    std::uint64_t id;
    transport::WireValue value;
  };
  const std::size_t enough_;
  std::atomic<bool> hold_{false};
  std::vector<Waiting> waiting_;  // of the edge's thread
  ScriptedEdge edge_;
};

TEST(EngineWithAStream, HasSeveralFramesAtTheEdgeAndCallsBackInFrameOrder) {
  constexpr std::size_t kFrames = 4;
  LateEdge edge(kFrames);
  Options options = options_for({edge.address()});
  options.queue_depth = 8;
  options.when_full = WhenFull::wait;
  options.deadline = std::chrono::minutes(1);
  Engine engine = Engine::open(tiny_file(), options);
  ASSERT_TRUE(connected(engine));
  const Picture picture;
  Heard heard;
  edge.hold();
  for (std::uint64_t frame = 0; frame < kFrames; ++frame) {
    engine.submit(picture.on(Place::edge, frame), heard.callback());
  }
  ASSERT_TRUE(heard.all(kFrames));
  expect_frame_order(heard.results());
  for (const Result& result : heard.results()) {
    EXPECT_EQ(result.plan.place, Place::edge) << result.explain();
  }
}

TEST(EngineWithAStream, DropsTheOldestFrameThatWaitsAndNeverTheNewest) {
  ScriptedEdge edge(tiny_digest());  // never answers: frames stay under way until they are due
  Engine engine = tiny_engine({edge.address()});
  ASSERT_TRUE(connected(engine));
  const Picture picture;
  Heard heard;
  constexpr std::size_t kFrames = 12, kMostUnderWay = 4, kQueue = 1;
  for (std::uint64_t frame = 0; frame < kFrames; ++frame) {
    engine.submit(picture.on(Place::edge, frame), heard.callback());
  }
  ASSERT_TRUE(heard.all(kFrames));
  expect_frame_order(heard.results());
  std::size_t dropped = 0;
  for (const Result& result : heard.results()) dropped += result.outcome == Outcome::dropped;
  EXPECT_GE(dropped, kFrames - kMostUnderWay - kQueue);
  EXPECT_NE(heard.results().back().outcome, Outcome::dropped);
  EXPECT_EQ(engine.status().dropped, dropped);
}

TEST(EngineWithAStream, TellsWhereAFramesTimeWent) {
  EdgeService edge = tiny_edge();
  Engine engine = tiny_engine({address_of(edge)});
  ASSERT_TRUE(connected(engine));
  const Result result = engine.infer(Picture().on(Place::split));
  ASSERT_EQ(result.plan.place, Place::split) << result.explain();
  Duration planned{0}, last{0}, device_free{0};
  for (const Step wanted : {Step::queued, Step::front, Step::encode, Step::upload, Step::edge_queue,
                            Step::edge, Step::download}) {
    bool found = false;
    for (const Span& span : result.spans) {
      if (span.step != wanted) continue;
      found = true;
      EXPECT_GE(span.begin, last) << name_of(wanted) << " begins before the step before it ended";
      last = span.begin + span.length;
      planned += span.length;
    }
    EXPECT_TRUE(found) << name_of(wanted);
  }
  EXPECT_LE(last, result.latency);
  EXPECT_LE(planned, result.latency);
  const Timing& timing = result.timing;
  EXPECT_EQ(planned, timing.queued + timing.device - timing.fallback + timing.encode +
                         timing.uplink + timing.edge_queued + timing.edge + timing.downlink);
  for (const Span& span : result.spans) {
    const bool on_device = span.step == Step::front || span.step == Step::encode ||
                           span.step == Step::insurance || span.step == Step::tail;
    if (!on_device) continue;
    EXPECT_GE(span.begin, device_free) << "the device does one thing at a time";
    device_free = span.begin + span.length;
  }
}

TEST(EngineWithAStream, ShowsHowLongItWaitedForAnEdgeThatNeverAnswered) {
  ScriptedEdge edge(tiny_digest());
  Engine engine = tiny_engine({edge.address()});
  ASSERT_TRUE(connected(engine));
  const Result result = engine.infer(Picture().on(Place::edge));
  ASSERT_TRUE(result.fell_back());
  int waits = 0;
  for (const Span& span : result.spans) {
    if (span.step != Step::unanswered) continue;
    ++waits;
    EXPECT_EQ(span.begin + span.length, result.latency);
  }
  EXPECT_EQ(waits, 1);
}

}  // namespace
}  // namespace branchline
