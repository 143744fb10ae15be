#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "branchline/edge_service.h"
#include "branchline/engine.h"
#include "transport/message.h"

namespace branchline::testing {

// Deadlines are far beyond what anything here takes, and answers are due long before them, so that
// a busy machine does not make an answer late.
constexpr Duration kDeadline = std::chrono::milliseconds(900);
constexpr Duration kReserve = std::chrono::milliseconds(400);
constexpr auto kPatience = std::chrono::seconds(20);

/// The tiny network's file, written once, and its digest.
const std::string& tiny_file();
const std::string& tiny_digest();

/// A picture for it. Its requests view it.
class Picture {
 public:
  Picture();
  Request request(std::uint64_t frame = 0) const;
  Request on(Place place, std::uint64_t frame = 0) const;

 private:
  std::vector<std::uint8_t> pixels_;
};

/// The above deadline and reserve.
Options options_for(std::vector<std::string> edges);
Engine tiny_engine(std::vector<std::string> edges = {});
EdgeService tiny_edge(std::uint16_t port = 0);
std::string address_of(const EdgeService& edge);

/// Waits until the link is up and its plans are prepared.
bool connected(const Engine& engine);
/// Waits until another edge is as ready.
bool has_spare(const Engine& engine);

/// Largest difference from the module as it was loaded, over its largest output.
double error_of(const Result& result, const Picture& picture);

/// An answer of one tensor of zeros.
transport::Answer answer_with(const Shape& shape, transport::WireValue value);

}  // namespace branchline::testing
