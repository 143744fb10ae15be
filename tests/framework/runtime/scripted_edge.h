#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "transport/channel.h"

namespace branchline::testing {

/// A server that speaks the protocol and behaves as a test tells it: it welcomes, prepares, answers
/// pings and profiles at once; what it does with a Request is the script's choice.
class ScriptedEdge {
 public:
  using OnRequest = std::function<void(transport::Channel&, const transport::Message&)>;

  /// @param digest  of the network it claims to have
  explicit ScriptedEdge(std::string digest);
  ~ScriptedEdge();

  std::string address() const;

  /// What to do with requests from now on; the default never answers.
  void on_request(OnRequest script);

  /// Stops answering anything, as a stopped process does.
  void freeze(bool frozen) { frozen_ = frozen; }

  void close_all();
  void tell_all(const transport::Body& body);

  /// Bits of the Hellos heard so far, all of them.
  std::uint64_t capabilities() const { return capabilities_; }
  int prepares() const { return prepares_; }
  std::vector<int> prepared_exits() const;  ///< in the order they were asked for, from 0
  int cancels() const { return cancels_; }
  int connections() const { return connections_; }

 private:
  class Peer;
  void hear(transport::Channel& channel, const transport::Message& message);

  const std::string digest_;
  mutable std::mutex mutex_;  // guards the three below
  OnRequest script_;
  std::vector<std::shared_ptr<transport::Channel>> peers_;
  std::vector<int> prepared_exits_;
  std::atomic<bool> frozen_{false};
  std::atomic<std::uint64_t> capabilities_{0};
  std::atomic<int> prepares_{0}, cancels_{0}, connections_{0};
  transport::IoThread io_;
  std::unique_ptr<transport::Server> server_;
};

}  // namespace branchline::testing
