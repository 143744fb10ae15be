#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "framework/runtime/link_meter.h"
#include "transport/channel.h"

namespace branchline::lab {

/// A connection to an edge for questions, one at a time or several; nothing else, no ping, crosses
/// it meanwhile. For one thread.
class EdgeLine {
 public:
  /// @throws RunError when no edge that has the network answers within `patience`.
  EdgeLine(transport::IoThread& io, const transport::Endpoint& edge, const std::string& digest,
           Duration patience);
  ~EdgeLine();
  EdgeLine(const EdgeLine&) = delete;
  EdgeLine& operator=(const EdgeLine&) = delete;

  /// Sends and waits. @returns nullopt when nothing came within `patience`: the line is then
  /// closed, and with it goes what was under way. @throws RunError when the connection ends.
  std::optional<runtime::LinkReply> ask(transport::Body body, Duration patience);

  /// Sends and does not wait. @returns the question's id. @throws RunError when the connection is
  /// lost.
  std::uint64_t post(transport::Body body);

  struct Heard {
    std::uint64_t id = 0;
    runtime::LinkReply reply;
  };
  /// The next reply, in the order they come. @returns nullopt when none came within `patience`.
  /// @throws RunError when the connection ends.
  std::optional<Heard> next(Duration patience);

  bool is_open() const;

 private:
  class Ear;
  const std::shared_ptr<Ear> ear_;
  std::shared_ptr<transport::Channel> channel_;
  std::uint64_t last_id_ = 0;
};

}  // namespace branchline::lab
