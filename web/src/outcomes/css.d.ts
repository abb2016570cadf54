// The build hands a style to the code as a text: it comes with the part of the page that it is for.
declare module "*.css" {
  const style: string;
  export default style;
}
