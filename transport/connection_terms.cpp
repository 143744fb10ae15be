#include "transport/connection_terms.h"

#include <string>

namespace branchline::transport {

void ConnectionTerms::sending(Message& message) {
  if (const auto* hello = std::get_if<Hello>(&message.body)) {
    announced_ = hello->capabilities;
  } else if (auto* answer = std::get_if<Welcome>(&message.body)) {
    answer->capabilities &= announced_;
    if (answer->capabilities & capability::kPayloadChecksum) queue_.add_checksums();
    const std::lock_guard lock(mutex_);
    granting_ = true;
    granted_.grant({answer->max_in_flight, answer->max_in_flight_bytes});
  } else if (const auto* credit = std::get_if<Credit>(&message.body)) {
    const std::lock_guard lock(mutex_);
    granting_ = true;
    granted_.grant(*credit);
  } else if (returns_credit(message.body)) {
    const std::lock_guard lock(mutex_);
    granted_.remove(message.id);
  }
}

std::optional<ConnectionTerms::Objection> ConnectionTerms::received(const Message& message,
                                                                    std::uint64_t frame_bytes) {
  if (const auto* hello = std::get_if<Hello>(&message.body)) {
    announced_ = hello->capabilities;
  } else if (const auto* answer = std::get_if<Welcome>(&message.body)) {
    welcome(*answer);
  } else if (const auto* credit = std::get_if<Credit>(&message.body)) {
    queue_.grant(*credit);
  } else if (returns_credit(message.body)) {
    queue_.answered(message.id);
  } else if (takes_credit(message.body)) {
    return admit(message.id, frame_bytes);
  }
  return std::nullopt;
}

void ConnectionTerms::welcome(const Welcome& welcome) {
  if (welcome.capabilities & announced_ & capability::kPayloadChecksum) queue_.add_checksums();
  queue_.grant({welcome.max_in_flight, welcome.max_in_flight_bytes});
}

std::optional<ConnectionTerms::Objection> ConnectionTerms::admit(std::uint64_t id,
                                                                 std::uint64_t frame_bytes) {
  const std::lock_guard lock(mutex_);
  if (!granting_) return std::nullopt;
  if (granted_.covers(frame_bytes)) {
    overruns_ = 0;
    granted_.add(id, frame_bytes);
    return std::nullopt;
  }
  const Credit& credit = granted_.credit();
  std::string sentence = "this connection has " + std::to_string(granted_.requests()) +
                         " requests of " + std::to_string(granted_.bytes()) +
                         " bytes unanswered; its credit is " + std::to_string(credit.requests) +
                         " requests, " + std::to_string(credit.bytes) + " bytes (0: any)";
  if (++overruns_ <= kOverrunsTolerated) return Objection{std::move(sentence), false};
  return Objection{"the client ignores its credit: " + sentence, true};
}

}  // namespace branchline::transport
