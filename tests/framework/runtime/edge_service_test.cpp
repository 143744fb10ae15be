#include "branchline/edge_service.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <filesystem>
#include <random>
#include <thread>

#include "edge_client.h"
#include "framework/base/error.h"
#include "framework/model/tensor_bridge.h"
#include "framework/profile/exit_segments.h"
#include "framework/profile/slice_inputs.h"
#include "framework/runtime/remote_timer.h"
#include "framework/runtime/wire_tensors.h"
#include "framework/slice/sample_values.h"
#include "tiny_network.h"

namespace branchline::runtime {
namespace {

using namespace std::chrono_literals;
using branchline::testing::EdgeClient;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using transport::Refusal;

std::string model_file() {
  static const std::string file =
      branchline::testing::write_tiny_network(std::filesystem::temp_directory_path().string(), 20);
  return file;
}

std::shared_ptr<const model::Model> tiny_model() {
  static const auto model = model::Model::load(model_file());
  return model;
}

EdgeOptions tiny_options() {
  EdgeOptions options;
  options.model_files = {model_file()};
  options.listen = "127.0.0.1:0";
  return options;
}

/// What a client asks for: the units of the exit behind `cut`, and the values that cross there.
struct Question {
  transport::RemotePlan plan;
  std::vector<transport::WireTensor> tensors;
  at::Tensor expected;
};

Question question(int exit, std::int32_t cut) {
  const auto model = tiny_model();
  const graph::LayerGraph& graph = model->layers();
  const slice::SliceSpec suffix = profile::suffix_of(graph, exit, cut);
  const std::vector<at::Tensor> inputs = slice::random_inputs(*model, 1, 5);
  const std::vector<graph::ValueId> crossing = slice::inputs_of(graph, suffix.units);
  const slice::Values values = slice::values_for(*model, inputs, crossing);
  Question asked;
  asked.plan.digest = model->digest();
  asked.plan.exit = exit;
  asked.plan.stages = {{Tier::edge, suffix.units}};
  for (const auto& id : suffix.outputs) asked.plan.outputs.push_back(to_wire(id));
  for (const auto& id : crossing) {
    const at::Tensor& tensor =
        id.unit == 0 ? inputs[static_cast<std::size_t>(id.index)] : values.at(id);
    asked.tensors.push_back(encode_value(id, tensor, transport::Codec::raw));
  }
  asked.expected = model->run_reference(inputs)[static_cast<std::size_t>(exit)];
  return asked;
}

transport::Request request_of(const Question& asked, Duration budget = 60s) {
  return {asked.plan, budget, asked.tensors};
}

void prepare(EdgeClient& client, const transport::RemotePlan& plan) {
  const auto reply = client.ask(transport::Prepare{plan});
  ASSERT_TRUE(reply);
  ASSERT_TRUE(std::holds_alternative<transport::Ready>(*reply));
}

void expect_answer(const std::optional<transport::Body>& reply, const Question& asked) {
  ASSERT_TRUE(reply);
  if (const auto* refused = std::get_if<transport::Refused>(&*reply)) FAIL() << refused->sentence;
  const auto& answer = std::get<transport::Answer>(*reply);
  ASSERT_EQ(answer.tensors.size(), 1u);
  const at::Tensor logits =
      model::to_torch(decode_value(tiny_model()->layers(), answer.tensors[0]));
  EXPECT_TRUE(at::allclose(logits, asked.expected, 1e-3, 1e-4));
  EXPECT_GE(answer.queued, Duration(0));
  EXPECT_GT(answer.compute, Duration(0));
}

transport::Refused refusal(const std::optional<transport::Body>& reply) {
  if (!reply || !std::holds_alternative<transport::Refused>(*reply)) {
    ADD_FAILURE() << "no refusal came";
    return {Refusal::none, "", {}};
  }
  return std::get<transport::Refused>(*reply);
}

TEST(EdgeService, WelcomesAndTellsItsNetworks) {
  const EdgeService edge = EdgeService::open(tiny_options());
  EdgeClient client(edge.port(), {tiny_model()->digest(), "another"});
  ASSERT_TRUE(client.welcomed());
  const auto& welcome = std::get<transport::Welcome>(*client.greeting());
  EXPECT_EQ(welcome.digests, std::vector<std::string>{tiny_model()->digest()});
  EXPECT_GT(welcome.max_in_flight, 0u);
}

TEST(EdgeService, SaysWhichNetworksItHasToADeviceWithAnother) {
  const EdgeService edge = EdgeService::open(tiny_options());
  EdgeClient client(edge.port(), {"0123456789abcdef"});
  ASSERT_TRUE(client.greeting());
  const auto refused = refusal(client.greeting());
  EXPECT_EQ(refused.why, Refusal::unknown_model);
  EXPECT_THAT(refused.sentence, HasSubstr("0123456789abcdef"));
  EXPECT_THAT(refused.sentence, HasSubstr(tiny_model()->digest()));
}

TEST(EdgeService, AnswersEveryCutOfEveryExitAsTheWholeModelWould) {
  const EdgeService edge = EdgeService::open(tiny_options());
  EdgeClient client(edge.port());
  const graph::LayerGraph& graph = tiny_model()->layers();
  for (int exit = 0; exit < graph.exit_count(); ++exit) {
    for (const std::int32_t cut : graph::cut_vertices(graph, exit)) {
      if (cut == graph.exits[static_cast<std::size_t>(exit)].value.unit) continue;
      const Question asked = question(exit, cut);
      prepare(client, asked.plan);
      expect_answer(client.ask(request_of(asked)), asked);
    }
  }
  EXPECT_EQ(edge.status().failed, 0u);
}

TEST(EdgeService, HandsOutSeveralValuesEachUnderItsName) {
  const EdgeService edge = EdgeService::open(tiny_options());
  EdgeClient client(edge.port());
  const graph::LayerGraph& graph = tiny_model()->layers();
  Question asked = question(2, 0);
  std::vector<std::int32_t> units = to_units(profile::whole_of(graph, 1).units);
  for (const std::int32_t id : to_units(asked.plan.stages[0].units)) units.push_back(id);
  asked.plan.stages[0].units = to_ranges(units);
  asked.plan.outputs = {to_wire(graph.exits[2].value), to_wire(graph.exits[1].value)};
  prepare(client, asked.plan);
  const auto reply = client.ask(request_of(asked));
  ASSERT_TRUE(reply && std::holds_alternative<transport::Answer>(*reply));
  const auto reference = tiny_model()->run_reference(slice::random_inputs(*tiny_model(), 1, 5));
  const auto& tensors = std::get<transport::Answer>(*reply).tensors;
  ASSERT_EQ(tensors.size(), 2u);
  for (const transport::WireTensor& tensor : tensors) {
    const std::size_t exit = from_wire(tensor.value) == graph.exits[1].value ? 1 : 2;
    EXPECT_TRUE(
        at::allclose(model::to_torch(decode_value(graph, tensor)), reference[exit], 1e-3, 1e-4));
  }
}

TEST(EdgeService, ChoppedPlansGiveTheSameAnswer) {
  EdgeOptions options = tiny_options();
  options.piece = 50us;
  const EdgeService edge = EdgeService::open(options);
  EdgeClient client(edge.port());
  const Question asked = question(2, 0);
  prepare(client, asked.plan);
  expect_answer(client.ask(request_of(asked)), asked);
}

TEST(EdgeService, AnswersNotReadyAtOnceAndCompiles) {
  const EdgeService edge = EdgeService::open(tiny_options());
  EdgeClient client(edge.port());
  const Question asked = question(2, 0);
  EXPECT_EQ(refusal(client.ask(request_of(asked))).why, Refusal::not_ready);
  prepare(client, asked.plan);
  expect_answer(client.ask(request_of(asked)), asked);
}

TEST(EdgeService, RefusesWhatCannotBeInTime) {
  const EdgeService edge = EdgeService::open(tiny_options());
  EdgeClient client(edge.port());
  const Question asked = question(2, 0);
  prepare(client, asked.plan);
  EXPECT_EQ(refusal(client.ask(request_of(asked, 0ns))).why, Refusal::expired);
  EXPECT_THAT(refusal(client.ask(request_of(asked, 20us))).why,
              AnyOf(Refusal::expired, Refusal::overloaded));
  expect_answer(client.ask(request_of(asked, Duration::max())), asked);
}

TEST(EdgeService, RefusesRequestsThatMakeNoSense) {
  const EdgeService edge = EdgeService::open(tiny_options());
  EdgeClient client(edge.port());
  const Question good = question(1, 0);
  prepare(client, good.plan);

  transport::Request request = request_of(good);
  request.plan.digest = "nobody's";
  EXPECT_EQ(refusal(client.ask(request)).why, Refusal::unknown_model);

  request = request_of(good);
  request.tensors.clear();
  EXPECT_THAT(refusal(client.ask(request)).sentence, HasSubstr("did not come"));

  request = request_of(good);
  request.plan.exit = 9;
  EXPECT_EQ(refusal(client.ask(request)).why, Refusal::bad_request);

  request = request_of(good);
  request.tensors[0].encoded.codec = transport::Codec::png;  // the payload is none
  EXPECT_EQ(refusal(client.ask(request)).why, Refusal::bad_request);

  transport::ProfileQuery query{good.plan, 1, 1'000'000};
  EXPECT_EQ(refusal(client.ask(query)).why, Refusal::bad_request);

  expect_answer(client.ask(request_of(good)), good);
}

TEST(EdgeService, ServesManyClientsAtOnce) {
  EdgeOptions options = tiny_options();
  options.workers = 2;
  const EdgeService edge = EdgeService::open(options);
  std::vector<std::thread> clients;
  for (int i = 0; i < 6; ++i) {
    clients.emplace_back([&edge, i] {
      EdgeClient client(edge.port());
      const Question asked = question(i % 3, 0);
      prepare(client, asked.plan);
      std::vector<std::uint64_t> ids;
      for (int k = 0; k < 8; ++k) ids.push_back(client.send(request_of(asked)));
      std::reverse(ids.begin(), ids.end());  // answers may come in any order
      for (const std::uint64_t id : ids) expect_answer(client.reply(id), asked);
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(edge.status().answered, 48u);
}

TEST(EdgeService, LimitsWhatOneConnectionHasUnanswered) {
  const EdgeService edge = EdgeService::open(tiny_options());
  EdgeClient client(edge.port());
  ASSERT_TRUE(client.welcomed());
  const auto limit = std::get<transport::Welcome>(*client.greeting()).max_in_flight;
  const Question asked = question(2, 0);
  // Slices that compile keep profile queries unanswered.
  std::vector<std::uint64_t> ids;
  for (std::uint32_t i = 0; i < limit + 20; ++i) {
    ids.push_back(client.send(transport::ProfileQuery{asked.plan, 0, 1000}));
  }
  int refused = 0;
  for (const std::uint64_t id : ids) {
    if (id > limit) refused += refusal(client.reply(id)).why == Refusal::overloaded ? 1 : 0;
  }
  EXPECT_GT(refused, 0);
}

TEST(EdgeService, CancelledWorkIsNotAnswered) {
  const EdgeService edge = EdgeService::open(tiny_options());
  EdgeClient client(edge.port());
  const Question asked = question(2, 0);
  const std::uint64_t id = client.send(transport::ProfileQuery{asked.plan, 1000, 1000});
  client.send(transport::Cancel{}, id);
  EXPECT_EQ(refusal(client.reply(id)).why, Refusal::cancelled);
}

TEST(EdgeService, ForgetsTheWorkOfAClientThatLeft) {
  EdgeOptions options = tiny_options();
  const EdgeService edge = EdgeService::open(options);
  {
    EdgeClient leaver(edge.port());
    const Question asked = question(2, 0);
    for (int i = 0; i < 20; ++i) leaver.send(transport::ProfileQuery{asked.plan, 1000, 1000});
    leaver.close();
    EXPECT_TRUE(leaver.ended());
  }
  EdgeClient client(edge.port());
  const Question asked = question(0, 0);
  prepare(client, asked.plan);
  expect_answer(client.ask(request_of(asked)), asked);
}

TEST(EdgeService, AnswersPingsAndProfileQueries) {
  const EdgeService edge = EdgeService::open(tiny_options());
  EdgeClient client(edge.port());
  const auto pong = client.ask(transport::Ping{});
  ASSERT_TRUE(pong);
  EXPECT_TRUE(std::holds_alternative<transport::Pong>(*pong));
  const auto reply = client.ask(transport::ProfileQuery{question(0, 0).plan, 2, 7});
  ASSERT_TRUE(reply);
  ASSERT_TRUE(std::holds_alternative<transport::ProfileReply>(*reply));
  const auto& profile = std::get<transport::ProfileReply>(*reply);
  EXPECT_EQ(profile.runs.size(), 7u);
  EXPECT_FALSE(profile.machine.empty());
  EXPECT_GT(profile.load, Duration(0));
}

TEST(EdgeService, ClosesOnMessagesThatOnlyAnEdgeSends) {
  const EdgeService edge = EdgeService::open(tiny_options());
  EdgeClient client(edge.port());
  client.send(transport::Answer{});
  EXPECT_TRUE(client.ended());
}

TEST(EdgeService, DrainsBeforeItStops) {
  EdgeService edge = EdgeService::open(tiny_options());
  EdgeClient client(edge.port());
  const Question asked = question(2, 0);
  prepare(client, asked.plan);
  std::vector<std::uint64_t> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(client.send(request_of(asked)));
  // The ping's answer says that the requests before it have been read.
  ASSERT_TRUE(client.ask(transport::Ping{}));
  edge.stop(60s);
  for (const std::uint64_t id : ids) expect_answer(client.reply(id), asked);
  EXPECT_TRUE(client.heard_draining());
  EXPECT_TRUE(client.ended());
  edge.stop(0s);  // a second stop is no harm
}

TEST(EdgeService, StopsAtOnceWithoutGrace) {
  EdgeService edge = EdgeService::open(tiny_options());
  EdgeClient client(edge.port());
  const Question asked = question(2, 0);
  for (int i = 0; i < 10; ++i) client.send(transport::ProfileQuery{asked.plan, 1000, 1000});
  ASSERT_TRUE(client.ask(transport::Ping{}));
  edge.stop(0s);
  EXPECT_TRUE(client.ended());
}

TEST(EdgeService, NamesTheModelOrAddressThatIsWrong) {
  EdgeOptions options = tiny_options();
  options.model_files.push_back("/nowhere/model.pt");
  try {
    EdgeService::open(options);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("/nowhere/model.pt"));
  }
  const EdgeService first = EdgeService::open(tiny_options());
  options = tiny_options();
  options.listen = "127.0.0.1:" + std::to_string(first.port());
  EXPECT_THROW(EdgeService::open(options), InputError);
}

/// Plans and tensors drawn from what is nearly right, so that some get through each check.
class Garbage {
 public:
  explicit Garbage(std::uint32_t seed) : random_(seed) {}

  transport::Request request() {
    const graph::LayerGraph& graph = tiny_model()->layers();
    transport::Request request = request_of(question(pick(3), 0));
    if (chance(2)) request.plan = plan(graph);
    if (chance(3)) request.budget = Duration(static_cast<std::int64_t>(random_()) - 1'000'000);
    for (transport::WireTensor& tensor : request.tensors) spoil(tensor);
    if (chance(8) && !request.tensors.empty()) request.tensors.push_back(request.tensors[0]);
    if (chance(16)) request.tensors.clear();
    return request;
  }

  transport::RemotePlan plan(const graph::LayerGraph& graph) {
    transport::RemotePlan plan;
    plan.digest = chance(20) ? "other" : tiny_model()->digest();
    plan.exit = chance(10) ? static_cast<std::int32_t>(random_()) : pick(3);
    const int stages = chance(10) ? pick(3) : 1;
    for (int i = 0; i < stages; ++i) {
      transport::WireStage stage;
      stage.tier = static_cast<Tier>(chance(10) ? pick(3) : 1);
      for (int k = pick(3) + 1; k > 0; --k) {
        const std::int32_t first = pick(graph.unit_count() + 1);
        const std::int32_t length = chance(15) ? static_cast<std::int32_t>(random_()) : pick(4);
        stage.units.push_back({first, first + length / 2});
      }
      plan.stages.push_back(stage);
    }
    for (int k = pick(4); k > 0; --k) {
      plan.outputs.push_back({pick(graph.unit_count() + 1), chance(5) ? pick(3) - 1 : 0});
    }
    return plan;
  }

  bool chance(int one_in) { return random_() % static_cast<unsigned>(one_in) == 0; }
  int pick(int count) { return static_cast<int>(random_() % static_cast<unsigned>(count)); }

 private:
  void spoil(transport::WireTensor& tensor) {
    if (chance(4)) tensor.encoded.codec = static_cast<transport::Codec>(pick(5));
    if (chance(6)) tensor.encoded.type = static_cast<DType>(pick(kDTypeCount));
    if (chance(6)) tensor.value.index = pick(3) - 1;
    if (chance(6) && !tensor.encoded.shape.empty()) {
      tensor.encoded.shape[0] = chance(2) ? std::int64_t{1} << pick(62) : -1;
    }
    if (chance(6)) tensor.encoded.payload_bytes /= 2;
  }

  std::mt19937 random_;
};

TEST(EdgeServiceFuzz, GarbageIsRefusedWithASentenceAndNeverFatal) {
  EdgeOptions options = tiny_options();
  options.slice_cache_bytes = 8 << 20;
  const EdgeService edge = EdgeService::open(options);
  int answers = 0, refusals = 0;
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    Garbage garbage(seed);
    EdgeClient client(edge.port());
    ASSERT_TRUE(client.welcomed());
    const std::uint64_t id = client.send(
        garbage.chance(6)
            ? transport::Body(transport::ProfileQuery{garbage.plan(tiny_model()->layers()), 1, 2})
        : garbage.chance(4)
            ? transport::Body(transport::Prepare{garbage.plan(tiny_model()->layers())})
            : transport::Body(garbage.request()));
    // The transport refuses some by itself, here or there; anything else is replied to.
    const auto reply = client.reply(id);
    if (!reply) continue;
    if (const auto* refused = std::get_if<transport::Refused>(&*reply)) {
      EXPECT_FALSE(refused->sentence.empty()) << "seed " << seed;
      EXPECT_NE(refused->why, Refusal::failed) << "seed " << seed << ": " << refused->sentence;
      ++refusals;
    } else {
      ++answers;
    }
  }
  EXPECT_GT(refusals, 100);
  EXPECT_GT(answers, 0);
  EdgeClient client(edge.port());
  const Question asked = question(2, 0);
  prepare(client, asked.plan);
  expect_answer(client.ask(request_of(asked)), asked);
}

TEST(RemoteTimer, ProfilesAnEdgeOverTcp) {
  const EdgeService edge = EdgeService::open(tiny_options());
  const graph::LayerGraph& graph = tiny_model()->layers();
  const EdgeProfiler profiler(graph, "127.0.0.1:" + std::to_string(edge.port()), 60s);
  profile::TimerOptions options;
  options.runs = 4;
  options.warmup = 1;
  const profile::TierProfile profile = profile::time_cuts(graph, profiler.runs(), options);
  EXPECT_EQ(profile.unit_time.size(), graph.units.size());
  EXPECT_GT(profile.cuts.front().suffix.median, Duration(0));
  EXPECT_EQ(profiler.machine().key.digest, tiny_model()->digest());
  EXPECT_EQ(profiler.machine().key.machine, profile::local_key(graph).machine);
}

TEST(RemoteTimer, TellsWhyAnEdgeDoesNotProfile) {
  const EdgeService edge = EdgeService::open(tiny_options());
  const std::string address = "127.0.0.1:" + std::to_string(edge.port());
  graph::LayerGraph other = tiny_model()->layers();
  other.digest = "feedbeef";
  try {
    EdgeProfiler(other, address, 60s);
    FAIL() << "an edge without the network was accepted";
  } catch (const RunError& error) {
    EXPECT_THAT(error.what(), HasSubstr("feedbeef"));
  }
  const EdgeProfiler profiler(tiny_model()->layers(), address, 60s);
  EXPECT_THROW(profiler.runs()({{{99, 99}}, {{99, 0}}}, 1, 1), RunError);
}

TEST(RemoteTimer, TellsWhenTheEdgeGoesAway) {
  EdgeService edge = EdgeService::open(tiny_options());
  const graph::LayerGraph& graph = tiny_model()->layers();
  const EdgeProfiler profiler(graph, "127.0.0.1:" + std::to_string(edge.port()), 60s);
  edge.stop(0s);
  EXPECT_THROW(profiler.runs()(profile::whole_of(graph, 0), 1, 1), RunError);
}

}  // namespace
}  // namespace branchline::runtime
