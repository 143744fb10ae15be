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
  } else if (takes_credit(message.body) || std::holds_alternative<Prepare>(message.body)) {
    return admit(message, frame_bytes);
  }
  return std::nullopt;
}

void ConnectionTerms::welcome(const Welcome& welcome) {
  if (welcome.capabilities & announced_ & capability::kPayloadChecksum) queue_.add_checksums();
  queue_.grant({welcome.max_in_flight, welcome.max_in_flight_bytes});
}

/// An id in use comes from a client that breaks the protocol. Its refusal would return the credit
/// of the work that has the id, which goes on.
std::optional<ConnectionTerms::Objection> ConnectionTerms::admit(const Message& message,
                                                                 std::uint64_t frame_bytes) {
  const std::lock_guard lock(mutex_);
  if (!granting_) return std::nullopt;
  if (granted_.has(message.id)) {
    return Objection{Refusal::bad_request,
                     "request " + std::to_string(message.id) + " is under way already", false};
  }
  if (!takes_credit(message.body)) return std::nullopt;
  if (!granted_.covers(frame_bytes)) return overrun();
  overruns_ = 0;
  granted_.add(message.id, frame_bytes);
  return std::nullopt;
}

/// Under the lock.
ConnectionTerms::Objection ConnectionTerms::overrun() {
  const Credit& credit = granted_.credit();
  std::string sentence = "this connection has " + std::to_string(granted_.requests()) +
                         " requests of " + std::to_string(granted_.bytes()) +
                         " bytes unanswered; its credit is " + std::to_string(credit.requests) +
                         " requests, " + std::to_string(credit.bytes) + " bytes (0: any)";
  if (++overruns_ <= kOverrunsTolerated) {
    return {Refusal::overloaded, std::move(sentence), false};
  }
  return {Refusal::overloaded, "the client ignores its credit: " + sentence, true};
}

}  // namespace branchline::transport
