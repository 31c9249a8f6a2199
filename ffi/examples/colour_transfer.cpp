// The colours of one photograph in another: optimal transport between two clouds of colours.
//
//   c++ -std=c++17 -O2 colour_transfer.cpp $(pkg-config --cflags --libs sinkhorn) -o colour_transfer
//   ./colour_transfer data/china.ppm data/flower.ppm china-in-flower.ppm
//
// Arguments: SOURCE TARGET OUT. The image SOURCE, in the colours of TARGET, is written to OUT; without OUT nothing is
// written, and without any argument SOURCE and TARGET are the two photographs of the folder data. All are PPM (P6),
// which "convert photo.jpg photo.ppm" makes of others.
//
// Pixels are points in 3-D. From a sample of both images the solver finds the entropic plan between their colours;
// its map, which is defined for every colour, is then applied to every pixel of SOURCE.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iostream>
#include <limits>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "sinkhorn.hpp"

namespace {

constexpr std::size_t sample_size = 2000;  // colours of each image that are matched
constexpr float epsilon_of_mean = 0.05f;   // larger: smoother, and duller; smaller: harder, and noisier

struct Image {
  std::size_t width = 0, height = 0;
  std::vector<float> colours;  // red, green, blue of a pixel, each 0 to 1, row by row
};

[[noreturn]] void fail(const std::string& path, const char* reason) { throw std::runtime_error(path + ": " + reason); }

// A number of the header, which white space and comments may precede.
std::size_t read_number(std::istream& file, const std::string& path) {
  std::size_t number = 0;
  while ((file >> std::ws).peek() == '#') file.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  if (!(file >> number)) fail(path, "its header is broken");
  return number;
}

Image read_image(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) fail(path, "cannot be opened");
  if (file.get() != 'P' || file.get() != '6') fail(path, "is not a PPM image (P6)");
  Image image;
  image.width = read_number(file, path);
  image.height = read_number(file, path);
  if (read_number(file, path) != 255) fail(path, "does not have 8 bits a channel");
  file.get();  // one white space
  if (image.width == 0 || image.height == 0) fail(path, "is empty");
  if (image.width > 65535 || image.height > 65535) fail(path, "is too large");
  std::vector<unsigned char> bytes(3 * image.width);
  for (std::size_t row = 0; row < image.height; ++row) {
    if (!file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size())))
      fail(path, "ends too early");
    for (const unsigned char byte : bytes) image.colours.push_back(static_cast<float>(byte) / 255);
  }
  return image;
}

// Writes to a temporary name first, so that there is either a whole image or none.
void write_image(const std::string& path, const Image& image) {
  const std::string temporary = path + ".tmp";
  std::ofstream file(temporary, std::ios::binary);
  file << "P6\n" << image.width << ' ' << image.height << "\n255\n";
  for (const float colour : image.colours)
    file.put(static_cast<char>(static_cast<unsigned char>(std::clamp(colour, 0.0f, 1.0f) * 255 + 0.5f)));
  file.close();
  if (!file || std::rename(temporary.c_str(), path.c_str()) != 0) {
    std::remove(temporary.c_str());
    fail(path, "cannot be written");
  }
}

// Colours of pixels drawn with replacement: the same ones at every run.
std::vector<float> sample(const Image& image, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<float> drawn;
  for (std::size_t k = 0; k < sample_size; ++k) {
    const std::size_t pixel = random() % (image.colours.size() / 3);
    drawn.insert(drawn.end(), &image.colours[3 * pixel], &image.colours[3 * pixel] + 3);
  }
  return drawn;
}

void transfer(const std::string& source_path, const std::string& target_path, const std::string& out_path) {
  Image image = read_image(source_path);
  const std::vector<float> x = sample(image, 1), y = sample(read_image(target_path), 2);

  const auto problem = sinkhorn::Problem<float>::points(x, y, 3).epsilon_of_mean(epsilon_of_mean);
  sinkhorn::Settings<float> settings;
  settings.start = sinkhorn::Start::automatic;
  settings.threads = 2;
  const auto solution = sinkhorn::solve(problem, settings).value();  // a view of x and y; its memory is its own

  const auto& report = solution.report();
  std::cout << sinkhorn_status_text(report.status) << " after " << report.sweeps << " sweeps from the " << report.start
            << " start; cost " << report.transport_cost << '\n';
  if (report.status != sinkhorn::Status::converged) std::cerr << "not converged: the result is as good as it got\n";

  std::vector<float> moved(image.colours.size());
  solution.map_at(image.colours, moved).value();
  image.colours = moved;
  if (!out_path.empty()) write_image(out_path, image);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 || argc > 4) {
    std::cerr << "usage: colour_transfer SOURCE TARGET [OUT]\n";
    return 2;
  }
  try {
    transfer(argc > 2 ? argv[1] : "data/china.ppm", argc > 2 ? argv[2] : "data/flower.ppm", argc > 3 ? argv[3] : "");
  } catch (const std::exception& error) {  // sinkhorn::Error is one
    std::cerr << "colour_transfer: " << error.what() << '\n';
    return 1;
  }
}
