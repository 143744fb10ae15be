#include "branchline/edge_service.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <future>
#include <thread>

#include "edge_questions.h"
#include "framework/base/error.h"
#include "framework/model/tensor_bridge.h"
#include "framework/profile/exit_segments.h"
#include "framework/runtime/wire_tensors.h"
#include "framework/slice/sample_values.h"

namespace branchline::runtime {
namespace {

using namespace std::chrono_literals;
using namespace branchline::testing;
using ::testing::HasSubstr;

TEST(EdgeService, WelcomesAndTellsItsNetworks) {
  const EdgeService edge = EdgeService::open(tiny_options());
  EdgeClient client(edge.port(), {tiny_model()->digest(), "another"});
  ASSERT_TRUE(client.welcomed());
  const auto& welcome = std::get<transport::Welcome>(*client.greeting());
  EXPECT_EQ(welcome.digests, std::vector<std::string>{tiny_model()->digest()});
  EXPECT_GT(welcome.max_in_flight, 0u);
}

TEST_F(EdgeServiceTest, HasRunTheWholeNetworkBeforeTheFirstDeviceCame) {
  const Question whole = question(2, 0);
  expect_answer(client_.ask(request_of(whole)), whole);
  EXPECT_EQ(edge_.metrics().answered, 1u) << "warming up counts as nobody's request";
}

struct WelcomeAwaiter final : transport::ChannelListener {
  void on_message(transport::Message message, const transport::Arrival&) override {
    welcome.set_value(std::get<transport::Welcome>(message.body));
  }
  void on_closed(const std::string&) override {}
  std::promise<transport::Welcome> welcome;
};

TEST(EdgeService, OffersAllItCanOfWhatTheDeviceAnnounces) {
  const EdgeService edge = EdgeService::open(tiny_options());
  transport::IoThread io;
  const auto listener = std::make_shared<WelcomeAwaiter>();
  transport::Hello hello{"test", {tiny_model()->digest()}, ~0ull, 0};
  const auto channel = transport::connect(io, {"127.0.0.1", edge.port()}, hello, 30s, listener);
  EXPECT_EQ(listener->welcome.get_future().get().capabilities,
            transport::capability::kPayloadChecksum | transport::capability::kPackedPayloads);
  channel->close("done");
}

TEST_F(EdgeServiceTest, AnswersEveryCutOfEveryExitAsTheWholeModelWould) {
  const graph::LayerGraph& graph = tiny_model()->layers();
  for (int exit = 0; exit < graph.exit_count(); ++exit) {
    for (const std::int32_t cut : graph::cut_vertices(graph, exit)) {
      if (cut == graph.exits[static_cast<std::size_t>(exit)].value.unit) continue;
      expect_served(client_, question(exit, cut));
    }
  }
  EXPECT_EQ(edge_.status().failed, 0u);
}

TEST_F(EdgeServiceTest, HandsOutSeveralValuesEachUnderItsName) {
  const graph::LayerGraph& graph = tiny_model()->layers();
  Question asked = question(2, 0);
  std::vector<std::int32_t> units = to_units(profile::whole_of(graph, 1).units);
  for (const std::int32_t id : to_units(asked.plan.stages[0].units)) units.push_back(id);
  asked.plan.stages[0].units = to_ranges(units);
  asked.plan.outputs = {to_wire(graph.exits[2].value), to_wire(graph.exits[1].value)};
  prepare(client_, asked.plan);
  const auto reply = client_.ask(request_of(asked));
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
  expect_served(client, question(2, 0));
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

TEST_F(EdgeServiceTest, AnswersPingsAndProfileQueries) {
  const auto pong = client_.ask(transport::Ping{});
  ASSERT_TRUE(pong);
  EXPECT_TRUE(std::holds_alternative<transport::Pong>(*pong));
  const auto reply = client_.ask(transport::ProfileQuery{question(0, 0).plan, 2, 7});
  ASSERT_TRUE(reply);
  ASSERT_TRUE(std::holds_alternative<transport::ProfileReply>(*reply));
  const auto& profile = std::get<transport::ProfileReply>(*reply);
  EXPECT_EQ(profile.runs.size(), 7u);
  EXPECT_FALSE(profile.machine.empty());
  EXPECT_GT(profile.load, Duration(0));
}

TEST_F(EdgeServiceTest, DrainsBeforeItStops) {
  const Question asked = question(2, 0);
  prepare(client_, asked.plan);
  std::vector<std::uint64_t> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(client_.send(request_of(asked)));
  // The ping's answer says that the requests before it have been read.
  ASSERT_TRUE(client_.ask(transport::Ping{}));
  edge_.stop(60s);
  for (const std::uint64_t id : ids) expect_answer(client_.reply(id), asked);
  EXPECT_TRUE(client_.heard_draining());
  EXPECT_TRUE(client_.ended());
  edge_.stop(0s);  // a second stop is no harm
}

TEST_F(EdgeServiceTest, StopsAtOnceWithoutGrace) {
  const Question asked = question(2, 0);
  for (int i = 0; i < 10; ++i) client_.send(transport::ProfileQuery{asked.plan, 1000, 1000});
  ASSERT_TRUE(client_.ask(transport::Ping{}));
  edge_.stop(0s);
  EXPECT_TRUE(client_.ended());
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

}  // namespace
}  // namespace branchline::runtime
