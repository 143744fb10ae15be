#include <algorithm>

#include "transport/asio.h"
#include "transport/tcp_channel.h"

namespace branchline::transport {
namespace {

/// One wake-up for so many bytes of a large payload: 64 KiB gains less, 1 MiB no more
/// (docs/transport.md, "Speed").
constexpr std::uint64_t kGatherBytes = 256 * 1024;
constexpr std::uint64_t kGatherFrom = 64 * 1024;

/// On a slow link bytes are looked at this often all the same, so that silent_for() stays true.
constexpr auto kGatherTime = std::chrono::milliseconds(20);

}  // namespace

/// Waking up for every part that arrives is what a large payload would cost most.
void TcpChannel::gather(std::uint64_t missing) {
  if (missing < kGatherFrom) {
    stream_->wake_at(1);
    return;
  }
  stream_->wake_at(std::min(missing, kGatherBytes));
  if (gather_timer_runs_) return;
  gather_timer_runs_ = true;
  gather_timer_.expires_after(kGatherTime);
  gather_timer_.async_wait(
      in_memory(gather_memory_, [self = shared_from_this()](boost::system::error_code) {
        self->gather_timer_runs_ = false;
        self->stream_->wake_at(1);
      }));
}

}  // namespace branchline::transport
