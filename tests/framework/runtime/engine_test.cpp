#include "branchline/engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <future>
#include <mutex>

#include "framework/base/error.h"
#include "framework/model/model.h"
#include "framework/model/model_manifest.h"
#include "framework/model/tensor_bridge.h"
#include "tests/framework/runtime/scripted_edge.h"
#include "tests/framework/runtime/tiny_engine.h"
#include "tests/framework/runtime/tiny_network.h"
#include "tests/support/eventually.h"

namespace branchline {
namespace {

using std::chrono::seconds;
using namespace testing;

TEST(Engine, AnswersAsTheWholeModelDoesAtEveryExit) {
  Engine engine = tiny_engine();
  const Picture picture;
  EXPECT_EQ(engine.exits(), 3);
  EXPECT_EQ(engine.classes().size(), 4u);
  for (int exit = 1; exit <= 3; ++exit) {
    Request request = picture.request(7);
    request.force_exit = exit;
    const Result result = engine.infer(request);
    ASSERT_EQ(result.outcome, Outcome::ok) << result.explain();
    EXPECT_EQ(result.why, Why::forced);
    EXPECT_EQ(result.plan.exit, exit);
    EXPECT_EQ(result.frame, 7u);
    EXPECT_LE(result.latency, result.deadline);
    EXPECT_EQ(result.outputs.at(0).shape, (Shape{1, 4}));
    EXPECT_LT(error_of(result, picture), 1e-4);
  }
}

TEST(Engine, TakesTheDeepestExitThatFitsAndSaysThatThereIsNoEdge) {
  Engine engine = tiny_engine();
  const Result result = engine.infer(Picture().request());
  EXPECT_EQ(result.outcome, Outcome::ok) << result.explain();
  EXPECT_EQ(result.plan.exit, 3);
  EXPECT_EQ(result.plan.place, Place::device);
  EXPECT_EQ(result.why, Why::no_edge);
  EXPECT_EQ(engine.status().done, 1u);
  EXPECT_EQ(engine.plan(kDeadline).exit, 3);
}

TEST(Engine, MarksADeadlineThatNoExitCanKeepAndStillAnswers) {
  Engine engine = tiny_engine();
  const Picture picture;
  Request request = picture.request();
  request.deadline = Clock::now() + kReserve;
  const Result result = engine.infer(request);
  EXPECT_EQ(result.outcome, Outcome::infeasible) << result.explain();
  EXPECT_EQ(result.why, Why::deadline_too_tight);
  EXPECT_TRUE(result);
}

TEST(Engine, SaysWhatIsWrongWithARequest) {
  Engine engine = tiny_engine();
  const Picture picture;
  Request none;
  EXPECT_EQ(engine.infer(none).outcome, Outcome::bad_input);
  Request no_such_exit = picture.request();
  no_such_exit.force_exit = 4;
  const Result result = engine.infer(no_such_exit);
  EXPECT_EQ(result.outcome, Outcome::bad_input);
  EXPECT_THAT(result.detail, ::testing::HasSubstr("no exit 4"));
  EXPECT_FALSE(result);
}

TEST(Engine, RefusesOptionsThatMakeNoSense) {
  Options options;
  options.queue_depth = 0;
  EXPECT_THROW(Engine::open(tiny_file(), options), InputError);
  options = {};
  options.device_slowdown = 0.5;
  EXPECT_THROW(Engine::open(tiny_file(), options), InputError);
  options = {};
  options.planner = "no such planner";
  EXPECT_THROW(Engine::open(tiny_file(), options), InputError);
  options = {};
  options.profile_file = "/no/such/profile.json";
  EXPECT_THROW(Engine::open(tiny_file(), options), InputError);
}

TEST(Engine, LeavesAtAnExitThatIsSureEnoughOnlyWhenToldTo) {
  const std::string file = [] {
    const auto folder = std::filesystem::temp_directory_path() / "branchline_engine_test";
    std::filesystem::create_directories(folder);
    return write_tiny_network(folder.string(), 7);
  }();
  Options options = options_for({});
  options.leave_early = true;
  EXPECT_THROW(Engine::open(file, options), InputError) << "it was never calibrated";
  model::ModelManifest manifest = model::read_manifest(file);
  manifest.exits[1].entropy_threshold = 100;  // exit 2 is always sure
  model::write_manifest(file, manifest);
  const Picture picture;
  {
    Engine engine = Engine::open(file, options);
    const Result result = engine.infer(picture.request());
    EXPECT_EQ(result.outcome, Outcome::ok) << result.explain();
    EXPECT_EQ(result.why, Why::confident) << result.explain();
    EXPECT_EQ(result.plan.exit, 2);
    EXPECT_FALSE(result.fell_back());
    Request forced = picture.request();
    forced.force_exit = 3;
    EXPECT_EQ(engine.infer(forced).plan.exit, 3);
  }
  Engine engine = Engine::open(file, options_for({}));
  EXPECT_EQ(engine.infer(picture.request()).plan.exit, 3) << "off by default";
}

TEST(Engine, CallsBackInFrameOrderAndDeliversTickets) {
  Options options = options_for({});
  options.queue_depth = 64;
  options.when_full = WhenFull::wait;
  Engine engine = Engine::open(tiny_file(), options);
  const Picture picture;
  std::mutex mutex;
  std::vector<std::uint64_t> frames;
  for (std::uint64_t frame = 0; frame < 20; ++frame) {
    engine.submit(picture.request(frame), [&](Result result) {
      const std::lock_guard lock(mutex);
      frames.push_back(result.frame);
    });
  }
  Ticket ticket = engine.submit(picture.request(20));
  EXPECT_EQ(ticket.get().frame, 20u);
  const std::lock_guard lock(mutex);
  ASSERT_EQ(frames.size(), 20u);
  EXPECT_TRUE(std::is_sorted(frames.begin(), frames.end()));
}

TEST(Engine, AnswersStoppedOnceItIsStopped) {
  Engine engine = tiny_engine();
  engine.stop(seconds(1));
  EXPECT_EQ(engine.infer(Picture().request()).outcome, Outcome::stopped);
  EXPECT_EQ(engine.submit(Picture().request()).get().outcome, Outcome::stopped);
  engine.stop(seconds(1));
}

TEST(EngineWithAnEdge, GivesTheSameAnswersSplitAndOnTheEdge) {
  EdgeService edge = tiny_edge();
  Engine engine = tiny_engine({"127.0.0.1:" + std::to_string(edge.port())});
  ASSERT_TRUE(connected(engine));
  const Picture picture;
  for (const Place place : {Place::split, Place::edge}) {
    const Result result = engine.infer(picture.on(place));
    ASSERT_EQ(result.outcome, Outcome::ok) << result.explain();
    EXPECT_EQ(result.why, Why::forced) << result.explain();
    EXPECT_EQ(result.plan.place, place) << result.explain();
    EXPECT_GT(result.timing.bytes_up, 0u);
    EXPECT_FALSE(result.fell_back());
    EXPECT_LT(error_of(result, picture), 0.01) << "fp16 and PNG lose next to nothing";
  }
}

TEST(EngineWithAnEdge, KeepsPrivateFramesOnTheDevice) {
  EdgeService edge = tiny_edge();
  Engine engine = tiny_engine({"127.0.0.1:" + std::to_string(edge.port())});
  ASSERT_TRUE(connected(engine));
  const Picture picture;
  Request request = picture.on(Place::edge);
  request.device_only = true;
  const Result result = engine.infer(request);
  EXPECT_EQ(result.plan.place, Place::device);
  EXPECT_EQ(result.why, Why::no_edge);
  EXPECT_EQ(result.timing.bytes_up, 0u);
}

/// One request forced to the edge, of which only the device's own answer can come of it.
Result fall_back(Engine& engine, Why why) {
  EXPECT_TRUE(connected(engine));
  Result result = engine.infer(Picture().on(Place::edge));
  EXPECT_EQ(result.outcome, Outcome::ok) << result.explain();
  EXPECT_EQ(result.plan.place, Place::device) << result.explain();
  EXPECT_EQ(result.plan.exit, 3) << result.explain();
  EXPECT_TRUE(result.fell_back()) << result.explain();
  EXPECT_STREQ(name_of(result.why), name_of(why)) << result.explain();
  return result;
}

TEST(EngineAndABadEdge, AsksForChecksumsOfWhatTravels) {
  ScriptedEdge edge(tiny_digest());
  Engine engine = tiny_engine({edge.address()});
  EXPECT_TRUE(edge.capabilities() & transport::capability::kPayloadChecksum);
}

TEST(EngineAndABadEdge, AnswersWhenTheEdgeNeverDoes) {
  ScriptedEdge edge(tiny_digest());
  Engine engine = tiny_engine({edge.address()});
  fall_back(engine, Why::edge_timeout);
  EXPECT_TRUE(eventually(kPatience, [&] { return edge.cancels() > 0; }))
      << "it is told to stop computing";
}

TEST(EngineAndABadEdge, ACancelledTicketReachesTheEdge) {
  ScriptedEdge edge(tiny_digest());
  Engine engine = tiny_engine({edge.address()});
  std::atomic<bool> asked{false};
  edge.on_request([&](auto&, const auto&) { asked = true; });
  Ticket ticket = engine.submit(Picture().on(Place::edge));
  ASSERT_TRUE(eventually(kPatience, [&] { return asked.load(); }));
  ticket.cancel();
  EXPECT_EQ(ticket.get().outcome, Outcome::cancelled);
  EXPECT_TRUE(eventually(kPatience, [&] { return edge.cancels() == 1; }));
}

TEST(EngineAndABadEdge, AnswersWhenTheEdgeFreezesAndReconnectsWhenItThaws) {
  ScriptedEdge edge(tiny_digest());
  Engine engine = tiny_engine({edge.address()});
  edge.on_request([&edge](auto&, const auto&) { edge.freeze(true); });
  const Result frozen = engine.infer(Picture().on(Place::edge));
  EXPECT_EQ(frozen.outcome, Outcome::ok) << frozen.explain();
  EXPECT_TRUE(frozen.why == Why::edge_timeout || frozen.why == Why::link_down)
      << "whichever is noticed first: " << frozen.explain();
  EXPECT_TRUE(eventually(kPatience, [&] { return !engine.status().link.up; }))
      << "a dead peer is noticed";
  const Result alone = engine.infer(Picture().on(Place::edge));
  EXPECT_EQ(alone.outcome, Outcome::ok) << alone.explain();
  EXPECT_EQ(alone.why, Why::link_down) << alone.explain();
  edge.freeze(false);
  EXPECT_TRUE(connected(engine)) << "it reconnects by itself";
}

TEST(EngineAndABadEdge, AnswersWhenTheEdgeDiesMidRequestAndReconnects) {
  ScriptedEdge edge(tiny_digest());
  Engine engine = tiny_engine({edge.address()});
  edge.on_request([](transport::Channel& channel, const auto&) { channel.close("killed"); });
  fall_back(engine, Why::link_down);
  EXPECT_TRUE(eventually(kPatience, [&] { return edge.connections() > 1; }));
  EXPECT_TRUE(connected(engine));
}

ScriptedEdge::OnRequest answers(
    const std::function<transport::Answer(const transport::Request&)>& of) {
  return [of](transport::Channel& channel, const transport::Message& message) {
    channel.send({message.id, of(std::get<transport::Request>(message.body))});
  };
}

TEST(EngineAndABadEdge, DoesNotBelieveAnswersThatMakeNoSense) {
  ScriptedEdge edge(tiny_digest());
  Engine engine = tiny_engine({edge.address()});
  edge.on_request(answers([](const transport::Request&) { return transport::Answer{}; }));
  fall_back(engine, Why::edge_incompatible);
  edge.on_request(answers([](const transport::Request& request) {
    return answer_with({1, 5}, request.plan.outputs.at(0));
  }));
  fall_back(engine, Why::edge_incompatible);
  edge.on_request(answers([](const transport::Request&) { return answer_with({1, 4}, {999, 3}); }));
  fall_back(engine, Why::edge_incompatible);
  edge.on_request([](transport::Channel& channel, const transport::Message& message) {
    channel.send({message.id, transport::Pong{}});
  });
  fall_back(engine, Why::edge_incompatible);
}

TEST(EngineAndABadEdge, SaysWhatTheEdgeRefused) {
  ScriptedEdge edge(tiny_digest());
  Engine engine = tiny_engine({edge.address()});
  using transport::Refusal;
  const std::pair<Refusal, Why> cases[] = {{Refusal::overloaded, Why::edge_overloaded},
                                           {Refusal::expired, Why::edge_timeout},
                                           {Refusal::bad_request, Why::edge_incompatible},
                                           {Refusal::unknown_model, Why::edge_incompatible},
                                           {Refusal::failed, Why::model_error},
                                           {Refusal::not_ready, Why::edge_overloaded},
                                           {Refusal::draining, Why::edge_draining}};
  for (const auto& [refusal, why] : cases) {
    edge.on_request([refusal = refusal](transport::Channel& channel, const auto& message) {
      channel.send({message.id, transport::Refused{refusal, "the script says so", Duration{0}}});
    });
    const int prepared = edge.prepares();
    const Result result = fall_back(engine, why);
    EXPECT_THAT(result.detail, ::testing::HasSubstr("the script says so"));
    if (refusal == Refusal::not_ready) {
      EXPECT_TRUE(eventually(kPatience, [&] { return edge.prepares() > prepared; }))
          << "it asks again";
    }
  }
  const Result next = engine.infer(Picture().on(Place::edge));
  EXPECT_EQ(next.why, Why::edge_draining) << "nothing more is sent there: " << next.explain();
  EXPECT_EQ(next.timing.bytes_up, 0u);
}

TEST(EngineAndABadEdge, IgnoresAnswersToOldRequests) {
  std::mutex mutex;
  std::vector<std::uint64_t> old;
  ScriptedEdge edge(tiny_digest());  // its thread uses the above until it ends
  Engine engine = tiny_engine({edge.address()});
  edge.on_request([&](transport::Channel& channel, const transport::Message& message) {
    const std::lock_guard lock(mutex);
    const auto& request = std::get<transport::Request>(message.body);
    for (const std::uint64_t id : old) {
      channel.send({id, answer_with({1, 4}, request.plan.outputs.at(0))});
    }
    old.push_back(message.id);
  });
  fall_back(engine, Why::edge_timeout);
  fall_back(engine, Why::edge_timeout);
  EXPECT_TRUE(engine.status().link.up);
}

TEST(EngineAndABadEdge, TellsOfAnEdgeWithoutTheNetwork) {
  ScriptedEdge edge("0123456789abcdef0123456789abcdef");
  Engine engine = tiny_engine({edge.address()});
  EXPECT_TRUE(eventually(
      kPatience, [&] { return engine.infer(Picture().request()).why == Why::edge_incompatible; }));
  const Result result = engine.infer(Picture().request());
  EXPECT_EQ(result.outcome, Outcome::ok);
  EXPECT_EQ(result.plan.place, Place::device);
}

TEST(EngineAndABadEdge, UsesTheFirstUsableEdge) {
  ScriptedEdge other("0123456789abcdef0123456789abcdef");
  EdgeService edge = tiny_edge();
  Engine engine =
      tiny_engine({"127.0.0.1:1", other.address(), "127.0.0.1:" + std::to_string(edge.port())});
  ASSERT_TRUE(connected(engine));
  EXPECT_EQ(engine.status().link.edge, "127.0.0.1:" + std::to_string(edge.port()));
}

TEST(EngineWithAnEdge, TellsEventsAndComesBackAfterTheEdgeDoes) {
  auto edge = std::make_unique<EdgeService>(tiny_edge());
  const std::uint16_t port = edge->port();
  Engine engine = tiny_engine({"127.0.0.1:" + std::to_string(port)});
  ASSERT_TRUE(connected(engine));
  std::promise<void> down, up;
  std::once_flag down_once, up_once;
  engine.on_event([&](const Event& event) {
    if (event.kind == Event::Kind::link_down) std::call_once(down_once, [&] { down.set_value(); });
    if (event.kind == Event::Kind::link_up) std::call_once(up_once, [&] { up.set_value(); });
  });
  edge.reset();
  EXPECT_EQ(down.get_future().wait_for(seconds(20)), std::future_status::ready);
  EXPECT_EQ(engine.infer(Picture().on(Place::edge)).why, Why::link_down);
  edge = std::make_unique<EdgeService>(tiny_edge(port));
  EXPECT_EQ(up.get_future().wait_for(seconds(20)), std::future_status::ready);
  ASSERT_TRUE(connected(engine));
  const Result result = engine.infer(Picture().on(Place::edge));
  EXPECT_EQ(result.plan.place, Place::edge) << result.explain();
  engine.on_event({});
}

}  // namespace
}  // namespace branchline
