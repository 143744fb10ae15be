#pragma once

#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "framework/runtime/edge_host.h"
#include "transport/channel.h"

namespace branchline::runtime {

class ClientWork;
class ProfileWork;

/// One client of the edge: checks what it asks for, on the I/O thread, and hands the work to the
/// queue. Replies come from whichever thread has them.
class EdgeConnection final : public transport::ChannelListener,
                             public std::enable_shared_from_this<EdgeConnection> {
 public:
  /// @param host  must outlive the channel
  EdgeConnection(EdgeHost& host, std::shared_ptr<transport::Channel> channel);

  void on_message(transport::Message message, const transport::Arrival& arrival) override;
  void on_sent(std::uint64_t id, std::uint64_t frame_bytes, TimePoint begun) override;
  void on_closed(const std::string& reason) override;

  bool is_open() const { return open_; }
  const std::string& peer() const { return peer_; }

  /// Sends the reply that ends work `id`.
  void reply(std::uint64_t id, transport::Body body);

  void send(std::uint64_t id, transport::Body body);
  void close(const std::string& reason);

  /// Requests and profile queries one connection may have unanswered.
  static constexpr std::size_t kMaxInFlight = 32;
  /// Plans one connection may have under compilation.
  static constexpr int kMaxPreparing = 16;

 private:
  void handle(std::uint64_t id, const transport::Hello& hello);
  void handle(std::uint64_t id, const transport::Prepare& prepare);
  void handle(std::uint64_t id, transport::Request& request, const transport::Arrival& arrival);
  void handle(std::uint64_t id, const transport::ProfileQuery& query);
  void handle_other(std::uint64_t id, const transport::Body& body);

  /// Neither expired nor overloaded.
  void refuse(std::uint64_t id, transport::Refusal why, const std::string& sentence);
  void refuse_compiling(std::uint64_t id);
  /// The model and the checked plan; refuses and returns nullopt when they make no sense.
  std::optional<std::pair<std::shared_ptr<const model::Model>, EdgePlan>> understand(
      std::uint64_t id, const transport::RemotePlan& plan);
  bool begin_preparing(const std::shared_ptr<const model::Model>& model, const EdgePlan& plan,
                       std::function<void(const std::string& error)> then);
  bool track(std::uint64_t id, const std::shared_ptr<ClientWork>& work);
  /// Queues it, once those before it have ended: one of a client at a time.
  void begin_profile(std::uint64_t id, const std::shared_ptr<ProfileWork>& work);

  EdgeHost& host_;
  const std::uint64_t number_;  ///< tells it from all others there were
  const std::string peer_;
  std::atomic<bool> open_{true};
  std::atomic<int> preparing_{0};
  std::mutex mutex_;  // guards all below
  std::shared_ptr<transport::Channel> channel_;
  std::map<std::uint64_t, std::shared_ptr<ClientWork>> in_flight_;
  std::deque<std::pair<std::uint64_t, std::shared_ptr<ProfileWork>>> profiles_;  ///< first: queued
};

}  // namespace branchline::runtime
