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
#include <cstdio>
#include <cstdint>
#include <exception>
#include <fstream>
#include <iostream>
#include <limits>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "sinkhorn.h"

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

  sinkhorn_problem_f32 problem = {};  // zeros are the defaults
  problem.struct_size = sizeof problem;
  problem.n = problem.m = sample_size;
  problem.dimension = 3;
  problem.x = x.data();
  problem.y = y.data();
  problem.epsilon = epsilon_of_mean;
  problem.epsilon_kind = SINKHORN_EPSILON_OF_MEAN;
  sinkhorn_settings_f32 settings = {};
  settings.struct_size = sizeof settings;
  settings.start = sinkhorn_start_auto_f32;
  settings.threads = 2;

  sinkhorn_error error;
  const auto check = [&error](sinkhorn_status status) {
    if (status < 0) throw std::runtime_error(error.message);
  };
  std::size_t len = 0;
  check(sinkhorn_workspace_len_f32(&problem, &settings, &len, &error));
  std::vector<float> workspace(len);
  const sinkhorn_solution_f32* solution = nullptr;  // lives in the workspace: nothing to free
  sinkhorn_report_f32 report;
  report.struct_size = sizeof report;
  check(sinkhorn_solve_f32(&problem, &settings, workspace.data(), len, &solution, &report, &error));
  std::printf("%s after %u sweeps from the %s start; cost %.4f\n", sinkhorn_status_text(report.status),
              static_cast<unsigned>(report.sweeps), report.start, static_cast<double>(report.transport_cost));

  std::vector<float> colours(image.colours.size());
  check(sinkhorn_solution_map_at_f32(solution, image.colours.data(), colours.size() / 3, colours.data(), &error));
  image.colours = colours;
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
  } catch (const std::exception& error) {
    std::cerr << "colour_transfer: " << error.what() << '\n';
    return 1;
  }
}
