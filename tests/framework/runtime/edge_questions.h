#pragma once

#include <ATen/core/Tensor.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <vector>

#include "branchline/edge_service.h"
#include "edge_client.h"
#include "framework/model/model.h"

namespace branchline::testing {

/// The network that the edges of these tests serve (tiny_network.h); one for the whole process.
std::shared_ptr<const model::Model> tiny_model();

/// An edge that serves it on a free port of this machine.
EdgeOptions tiny_options();

/// What a client asks for: the units of an exit behind a cut, and the values that cross there.
struct Question {
  transport::RemotePlan plan;
  std::vector<transport::WireTensor> tensors;
  at::Tensor expected;  ///< logits of the module as it was loaded
};

/// @param seed  of the input
Question question(int exit, std::int32_t cut, std::uint64_t seed = 5);

transport::Request request_of(const Question& asked, Duration budget = std::chrono::seconds(60));

/// Asks the edge to compile the plan and expects that it does.
void prepare(EdgeClient& client, const transport::RemotePlan& plan);

void expect_answer(const std::optional<transport::Body>& reply, const Question& asked);

/// Prepares the plan, asks, and expects the right answer.
void expect_served(EdgeClient& client, const Question& asked);

/// The refusal that the reply should be; a failure of the test when it is none.
transport::Refused refusal(const std::optional<transport::Body>& reply);

/// An edge and one client of it.
class EdgeServiceTest : public ::testing::Test {
 protected:
  explicit EdgeServiceTest(const EdgeOptions& options = tiny_options())
      : edge_(EdgeService::open(options)), client_(edge_.port()) {}

  EdgeService edge_;
  EdgeClient client_;
};

}  // namespace branchline::testing
