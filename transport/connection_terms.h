#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>

#include "transport/credit_ledger.h"
#include "transport/message.h"
#include "transport/write_queue.h"

namespace branchline::transport {

/// What the two ends of a connection have agreed on, learnt from the messages that pass: whether
/// payloads carry a checksum, and how many requests may be unanswered. A client's side keeps its
/// requests back in the queue, a server's refuses what goes beyond. Safe from any thread.
class ConnectionTerms {
 public:
  explicit ConnectionTerms(WriteQueue& queue) : queue_(queue) {}

  /// Before it is queued. Leaves a Welcome those capabilities that the Hello had too.
  void sending(Message& message);

  /// What is to be done with a message that arrived: nothing said means that it goes to the
  /// listener; otherwise a refusal goes back, past sending(), for nothing was admitted whose credit
  /// it could return; and `close` ends the connection.
  struct Objection {
    Refusal why = Refusal::overloaded;
    std::string sentence;
    bool close = false;
  };
  std::optional<Objection> received(const Message& message, std::uint64_t frame_bytes);

  /// Requests beyond the credit, in a row, that a server puts up with.
  static constexpr int kOverrunsTolerated = 64;

 private:
  void welcome(const Welcome& welcome);
  std::optional<Objection> admit(const Message& message, std::uint64_t frame_bytes);
  Objection overrun();

  WriteQueue& queue_;
  std::atomic<std::uint64_t> announced_{0};  ///< the Hello's capabilities, of either direction

  std::mutex mutex_;  // guards all below
  CreditLedger granted_;
  bool granting_ = false;
  int overruns_ = 0;
};

}  // namespace branchline::transport
